package dev.datapath.operator.envoy;

import dev.datapath.operator.s3.Scope;

/** Where a request names its bucket. The expressions are over {@link Names#TARGET_HEADER}, the path plus a slash. */
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

    /** An expression that the whole target matches when the request is of this scope. */
    String target(Scope scope) {
        return switch (scope) {
            case SERVICE -> service;
            case BUCKET -> prefix + bucket;
            case OBJECT -> prefix + object;
        };
    }

    /** The same for what some store takes for a request of this scope: some resolve dots, or take slashes for none. */
    String widely(Scope scope) {
        return scope == Scope.BUCKET ? prefix + folded() : target(scope);
    }

    /** A target with a key that some store resolves to none. */
    String resolvesToBucket() {
        return prefix + "(?:/" + SLASH + "+|/" + Segments.DOTS + ")";
    }

    /** A target that looks like an object and that some store takes for the bucket. */
    String looksLikeObject() {
        return prefix + "(?:" + Segments.NO_KEY + ")";
    }

    private static String folded() {
        return "(?:" + SLASH + "+|/" + Segments.DOTS + ")";
    }
}
