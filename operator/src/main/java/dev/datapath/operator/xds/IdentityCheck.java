package dev.datapath.operator.xds;

import java.util.List;

/** Decides whether a gateway may receive the configuration of the DataPath that it names. */
@FunctionalInterface
public interface IdentityCheck {
    /**
     * The scheme of the URI that identifies a DataPath in a gateway's certificate: {@code datapath://namespace/name}.
     */
    String SCHEME = "datapath://";

    /**
     * Whether the peer may be served.
     *
     * @param names the subject alternative names of the peer's certificate; empty without TLS
     * @param dataPath the key that the gateway claims, {@code namespace/name}
     */
    boolean permits(List<SubjectAlternativeName> names, String dataPath);

    /**
     * Permits the DataPaths whose URI, {@code datapath://namespace/name}, is in the certificate. The default with TLS.
     */
    static IdentityCheck certificateUri() {
        return (names, dataPath) ->
                names.contains(new SubjectAlternativeName(SubjectAlternativeName.Kind.URI, SCHEME + dataPath));
    }

    /** Permits every peer: for plaintext on loopback, without certificates. */
    static IdentityCheck anyone() {
        return (names, dataPath) -> true;
    }
}
