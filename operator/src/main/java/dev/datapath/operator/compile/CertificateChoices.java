package dev.datapath.operator.compile;

import dev.datapath.operator.model.Reason;
import dev.datapath.operator.plan.Certificate;
import dev.datapath.operator.plan.TlsTermination.Choice;
import dev.datapath.operator.text.Listing;
import dev.datapath.operator.tls.CertificateText;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides which of a listener's certificates is shown for which server name. Names are compared without regard to case (RFC 6066, 3).
 * Of two certificates for one name the one that is listed first is shown; one with a key of another kind, such as RSA beside
 * ECDSA, is shown to clients that cannot take the first kind.
 */
final class CertificateChoices {
    /** Of a message, which is to stay readable. */
    private static final int MOST_NAMES = 5;

    private final List<Listed> listed;
    /** Every name, with the certificates that are shown for it: one of each kind of key, in the order of the list. */
    private final Map<String, List<Listed>> byName = new TreeMap<>();

    /**
     * A certificate of a listener.
     *
     * @param certificate read before
     * @param leaf the first certificate of its chain
     * @param at the reference to it
     */
    record Listed(Certificate certificate, X509Certificate leaf, Report at) {
        private String keyKind() {
            return leaf.getPublicKey().getAlgorithm();
        }

        private String secret() {
            return "Secret " + certificate.id();
        }
    }

    private CertificateChoices(List<Listed> listed) {
        this.listed = listed;
    }

    /**
     * What a listener shows.
     *
     * @param certificates without those that are shown to no client
     * @param choices ordered by their names; the last has no name and is the first certificate's. Empty when there is nothing to choose
     *     by name
     */
    record Chosen(List<Certificate> certificates, List<Choice> choices) {}

    /**
     * Chooses. A certificate that another one keeps from being shown is reported.
     *
     * @param listed in the order of the references, each certificate once
     */
    static Chosen of(List<Listed> listed) {
        return listed.isEmpty() ? new Chosen(List.of(), List.of()) : new CertificateChoices(listed).chosen();
    }

    private Chosen chosen() {
        for (int i = 0; i < listed.size(); i++) {
            claim(listed.get(i), i == 0);
        }
        var fallback = fallback();
        var shown = Stream.concat(fallback.stream(), byName.values().stream().flatMap(List::stream))
                .collect(Collectors.toSet());
        var certificates =
                listed.stream().filter(shown::contains).map(Listed::certificate).toList();
        if (byName.values().stream().allMatch(fallback::equals)) {
            return new Chosen(certificates, List.of());
        }
        var choices = new ArrayList<>(byName.keySet().stream()
                .collect(Collectors.groupingBy(
                        name -> ids(byName.getOrDefault(name, List.of())), LinkedHashMap::new, Collectors.toList()))
                .entrySet()
                .stream()
                .map(group -> new Choice(group.getValue(), group.getKey()))
                .toList());
        choices.add(new Choice(List.of(), ids(fallback)));
        return new Chosen(certificates, choices);
    }

    private void claim(Listed claimant, boolean first) {
        var names = CertificateText.serverNames(claimant.leaf());
        var taken = new TreeMap<String, Set<String>>();
        int shown = 0;
        for (var name : names) {
            var holders = byName.computeIfAbsent(name, key -> new ArrayList<>());
            var holder = holders.stream()
                    .filter(other -> other.keyKind().equals(claimant.keyKind()))
                    .findFirst();
            if (holder.isEmpty()) {
                holders.add(claimant);
                shown++;
            } else {
                taken.computeIfAbsent(holder.get().secret(), key -> new TreeSet<>())
                        .add(name);
            }
        }
        if (!first) {
            warnAboutAddresses(claimant, names.isEmpty());
        }
        boolean never = shown == 0;
        taken.forEach((secret, both) -> claimant.at()
                .warning(
                        Reason.Incomplete,
                        "the certificate of " + claimant.secret() + " is for " + text(both) + ", as is that of "
                                + secret
                                + ", which is listed before it and is shown"
                                + (never ? "; no client gets this one" : "")
                                + ": remove one, or issue them for different names"));
    }

    /** Clients that connect to an address send no server name (RFC 6066, 3). */
    private void warnAboutAddresses(Listed claimant, boolean nameless) {
        var addresses = CertificateText.addresses(claimant.leaf());
        addresses.removeAll(CertificateText.addresses(listed.getFirst().leaf()));
        if (nameless || !addresses.isEmpty()) {
            claimant.at()
                    .warning(
                            Reason.Incomplete,
                            "the certificate of " + claimant.secret() + " is for "
                                    + (addresses.isEmpty() ? "no DNS name" : text(addresses))
                                    + ", but clients that connect to an IP address send no server name and are shown the first certificate: "
                                    + (nameless
                                            ? "list it first, or issue it with DNS names; no client gets it now"
                                            : "list it first, or have the address in the first one too"));
        }
    }

    /** The first certificate, and for each other kind of key the first one for one of its names. */
    private List<Listed> fallback() {
        var first = listed.getFirst();
        var fallback = new ArrayList<Listed>();
        var kinds = new HashSet<String>();
        fallback.add(first);
        kinds.add(first.keyKind());
        var names = CertificateText.serverNames(first.leaf());
        for (var other : listed) {
            boolean sameName = names.stream()
                    .anyMatch(name -> byName.getOrDefault(name, List.of()).contains(other));
            if (sameName && kinds.add(other.keyKind())) {
                fallback.add(other);
            }
        }
        return fallback;
    }

    private static List<String> ids(List<Listed> certificates) {
        return certificates.stream().map(one -> one.certificate().id()).toList();
    }

    private static String text(Set<String> names) {
        return Listing.of(List.copyOf(names), MOST_NAMES);
    }
}
