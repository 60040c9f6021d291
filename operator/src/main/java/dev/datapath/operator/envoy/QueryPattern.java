package dev.datapath.operator.envoy;

import java.util.Collection;

/** Expressions over {@code :path} that see query parameters as the store does: by their exact name, value or not. */
final class QueryPattern {

    /** Matches a path that has a percent-encoded character in the name of a parameter; no S3 parameter needs one. */
    static final String ENCODED_NAME = "[^?]*\\?(?:.*&)?[^=&]*%.*";

    private QueryPattern() {}

    /** Matches a path whose query has at least one of these parameters. Names hold letters and hyphens only. */
    static String anyOf(Collection<String> names) {
        return "[^?]*\\?(?:.*&)?(?:" + String.join("|", names) + ")(?:[=&].*)?";
    }
}
