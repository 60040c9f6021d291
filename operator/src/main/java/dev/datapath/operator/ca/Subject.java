package dev.datapath.operator.ca;

import java.util.List;

/**
 * Whom a certificate is for.
 *
 * @param role what it may be used for
 * @param names DNS names of an operator, URIs of a gateway; at least one
 */
public record Subject(Role role, List<String> names) {

    /** Which side of a connection the certificate is good for; a gateway can never pass for the operator. */
    public enum Role {
        /** Serves configurations; named by DNS names. */
        OPERATOR,
        /** Fetches its configuration; named by URIs. */
        GATEWAY
    }

    public Subject {
        names = List.copyOf(names);
        if (names.isEmpty()) {
            throw new IllegalArgumentException("a certificate needs a name");
        }
    }

    /** The operator under these DNS names. */
    public static Subject operator(String... dnsNames) {
        return new Subject(Role.OPERATOR, List.of(dnsNames));
    }

    /** The gateways of the DataPath with this URI, {@code datapath://namespace/name}. */
    public static Subject gateway(String uri) {
        return new Subject(Role.GATEWAY, List.of(uri));
    }
}
