package dev.datapath.operator.envoy;

import dev.datapath.operator.s3.Scope;

/** The addressing style of S3 requests. The expressions match {@link Names#TARGET_HEADER}, the path plus a slash. */
enum AddressStyle {
    /** {@code host/bucket/key}. */
    PATH("//", "/[^/]+", "//?", "/.+/"),
    /** {@code bucket.host/key}: virtual-hosted style. */
    HOST("[^/]", "", "//", "/.+/");

    private static final String SLASH = "(?:/|%2[fF])";

    private final String service;
    private final String prefix;
    private final String bucket;
    private final String object;

    AddressStyle(String service, String prefix, String bucket, String object) {
        this.service = service;
        this.prefix = prefix;
        this.bucket = bucket;
        this.object = object;
    }

    /** An expression that matches the whole target of a request of this scope. */
    String target(Scope scope) {
        return switch (scope) {
            case SERVICE -> service;
            case BUCKET -> prefix + bucket;
            case OBJECT -> prefix + object;
        };
    }

    /**
     * As {@link #target}, including targets that some store treats as this scope: some stores resolve dot segments, or ignore
     * slashes.
     */
    String withVariants(Scope scope) {
        return scope == Scope.BUCKET ? prefix + folded() : target(scope);
    }

    /** A target with a key that some store resolves to an empty key. */
    String resolvesToBucket() {
        return prefix + "(?:/" + SLASH + "+|/" + Segments.DOTS + ")";
    }

    /** A target that looks like an object but that some store treats as the bucket. */
    String looksLikeObject() {
        return prefix + "(?:" + Segments.NO_KEY + ")";
    }

    private static String folded() {
        return "(?:" + SLASH + "+|/" + Segments.DOTS + ")";
    }
}
