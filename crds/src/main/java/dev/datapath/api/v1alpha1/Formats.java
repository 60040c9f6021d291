package dev.datapath.api.v1alpha1;

/** Regular expressions of the string formats in the API, all anchored and RE2-compatible. */
final class Formats {
    /** GEP-2257: Go durations without signs and fractions. */
    static final String DURATION = "^([0-9]{1,5}(h|m|s|ms)){1,4}$";

    /** Bytes with an optional binary or decimal unit: 500, 64Mi, 2Gi, 10G. */
    static final String SIZE = "^[1-9][0-9]{0,14}(Ki|Mi|Gi|Ti|k|M|G|T)?$";

    /** A Kubernetes quantity without sign: 2, 500m, 1.5, 1Gi. */
    static final String QUANTITY = "^[0-9]{1,15}(\\.[0-9]{1,6})?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$";

    static final String DNS_LABEL = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$";

    static final String DNS_SUBDOMAIN = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$";

    /** A DNS name, with upper-case letters allowed and an optional trailing dot. */
    static final String DNS_NAME =
            "^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\\.?$";

    /** A DNS name, an IPv4 address or an IPv6 address without brackets. */
    static final String ADDRESS = "^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\\.?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$";

    /** A percentage in (0, 100), as a decimal. */
    static final String TARGET = "^([1-9][0-9]?)(\\.[0-9]{1,4})?$";

    static final String LABEL_KEY =
            "^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$";

    static final String LABEL_VALUE = "^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$";

    /** Rejects control characters in text that ends up in headers, logs or messages. */
    static final String PRINTABLE = "^[^\\x00-\\x1f\\x7f]*$";

    /** RFC 3339 in whole seconds or finer. The generated schema has {@code format: date-time} instead. */
    static final String TIME =
            "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$";

    private Formats() {}
}
