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
 * Selects the certificate of a listener for each server name. Names are compared case-insensitively (RFC 6066, 3). Of two
 * certificates for one name, the first in the list is served. One with another key type, such as RSA next to ECDSA, is served to
 * clients that do not support the first type.
 */
final class CertificateChoices {
    /** Maximum number of names in a message, to keep it readable. */
    private static final int MAX_NAMES = 5;

    private final List<Listed> listed;
    /** The certificates served for each name: one per key type, in the order of the list. */
    private final Map<String, List<Listed>> byName = new TreeMap<>();

    /**
     * A certificate of a listener.
     *
     * @param certificate the certificate with chain and key
     * @param leaf the first certificate of its chain
     * @param at report for the path of its reference
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
     * The certificates of a listener.
     *
     * @param certificates without those that no client gets
     * @param choices ordered by names; the last one has no name and is the fallback with the first certificate. Empty when all
     *     names have the same certificates
     */
    record Chosen(List<Certificate> certificates, List<Choice> choices) {}

    /**
     * Selects the certificates. A certificate that loses a name to another one is reported.
     *
     * @param listed in the order of the references, without duplicates
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
                                + ", which is listed first and is served"
                                + (never ? ", so no client gets this one" : "")
                                + ": remove one, or issue them for different names"));
    }

    /** Clients that connect to an IP address send no server name (RFC 6066, 3). */
    private void warnAboutAddresses(Listed claimant, boolean nameless) {
        var addresses = CertificateText.addresses(claimant.leaf());
        addresses.removeAll(CertificateText.addresses(listed.getFirst().leaf()));
        if (nameless || !addresses.isEmpty()) {
            claimant.at()
                    .warning(
                            Reason.Incomplete,
                            "the certificate of " + claimant.secret() + " is for "
                                    + (addresses.isEmpty() ? "no DNS name" : text(addresses))
                                    + ", but clients that connect to an IP address send no server name and get the first certificate: "
                                    + (nameless
                                            ? "list it first, or issue it with DNS names; until then no client gets it"
                                            : "list it first, or issue the first one for this address, too"));
        }
    }

    /**
     * The certificates for clients without server name: the first one, and for each other key type the first one that shares a name
     * with it.
     */
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
        return Listing.of(List.copyOf(names), MAX_NAMES);
    }
}
