package dev.datapath.operator.plan;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards clients.
 *
 * @param certificates chosen by the name the client asks for (SNI); the first one when none fits
 * @param choices which certificates are shown for which server names, the last one for all other clients; empty when it is the same
 *     for all of them
 * @param minVersion lowest protocol version
 * @param clientCertificates what is asked of clients, or null for nothing
 */
public record TlsTermination(
        List<Certificate> certificates,
        List<Choice> choices,
        Version minVersion,
        @Nullable ClientCertificates clientCertificates) {

    public TlsTermination {
        certificates = List.copyOf(certificates);
        choices = List.copyOf(choices);
    }

    /** The certificates that are shown where a choice is taken, the preferred one first. */
    public List<Certificate> certificates(Choice choice) {
        return choice.certificates().stream()
                .map(this::certificate)
                .flatMap(Optional::stream)
                .toList();
    }

    private Optional<Certificate> certificate(String id) {
        return certificates.stream()
                .filter(certificate -> certificate.id().equals(id))
                .findFirst();
    }

    /** TLS protocol versions. */
    public enum Version {
        TLS_1_2,
        TLS_1_3
    }

    /**
     * Server names for which the same certificates are shown.
     *
     * @param serverNames lower-case DNS names; {@code *.example.com} stands for every name below {@code example.com} that has no
     *     choice of its own. Empty for clients that send no name, or one that no choice has
     * @param certificates ids, at most one for each kind of key: which of them depends on the kinds that the client takes
     */
    public record Choice(List<String> serverNames, List<String> certificates) {
        public Choice {
            serverNames = List.copyOf(serverNames);
            certificates = List.copyOf(certificates);
        }
    }

    /**
     * Client certificates.
     *
     * @param required whether a client without one is refused
     * @param authorities whose certificates are accepted
     */
    public record ClientCertificates(boolean required, TrustBundle authorities) {}
}
