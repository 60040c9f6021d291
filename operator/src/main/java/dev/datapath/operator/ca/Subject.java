package dev.datapath.operator.ca;

import java.util.List;

/**
 * The subject of a certificate.
 *
 * @param role the side of a connection that the certificate is valid for
 * @param names DNS names of an operator, URIs of a gateway; at least one
 */
public record Subject(Role role, List<String> names) {

    /** The side of a connection that a certificate is valid for. A gateway can never impersonate the operator. */
    public enum Role {
        /** Serves configuration; identified by DNS names. */
        OPERATOR,
        /** Fetches its configuration; identified by URIs. */
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
