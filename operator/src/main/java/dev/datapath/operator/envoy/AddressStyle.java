package dev.datapath.operator.envoy;

import dev.datapath.operator.s3.Scope;

/** Where a request names its bucket. The expressions are over {@link Names#TARGET_HEADER}, the path plus a slash. */
enum AddressStyle {
    /** {@code host/bucket/key}. */
    PATH("//", "/[^/]+//?", "/[^/]+/.+/"),
    /** {@code bucket.host/key}: virtual-hosted style. */
    HOST("[^/]", "//", "/.+/");

    private final String service;
    private final String bucket;
    private final String object;

    AddressStyle(String service, String bucket, String object) {
        this.service = service;
        this.bucket = bucket;
        this.object = object;
    }

    /** An expression that the whole target matches when the request is of this scope. */
    String target(Scope scope) {
        return switch (scope) {
            case SERVICE -> service;
            case BUCKET -> bucket;
            case OBJECT -> object;
        };
    }
}
