package dev.datapath.operator.names;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Resolves names as a pod in the object's namespace does. The operator's own resolver would complete a relative name
 * with the operator's namespace. Here each candidate is absolute, and the search domains are those of the object's
 * namespace.
 *
 * @param searchDomains search domains of the operator's pod, from {@code resolv.conf}; those of a namespace have the
 *     form {@code ns.svc.domain}
 * @param ndots a name with at least this number of dots is tried as is before it is completed
 * @param absolute resolves names with a trailing dot
 */
public record ClusterNames(List<String> searchDomains, int ndots, NameService absolute) implements NameService {
    private static final Pattern OF_A_NAMESPACE = Pattern.compile("[^.]+(\\.svc\\..+)");
    private static final Pattern NDOTS = Pattern.compile(".*\\bndots:([0-9]{1,2})\\b.*");
    private static final int MAX_LENGTH = 254;

    public ClusterNames {
        searchDomains = List.copyOf(searchDomains);
    }

    /** Reads the settings from a {@code resolv.conf}; without such a file names are not completed. */
    public static ClusterNames of(Path resolvConf, NameService absolute) {
        var domains = List.<String>of();
        int ndots = 1;
        for (var line : lines(resolvConf)) {
            var words = line.strip().split("\\s+");
            // The last line of each kind applies (resolv.conf(5)).
            if (words[0].equals("search") || words[0].equals("domain")) {
                domains = Stream.of(words).skip(1).map(ClusterNames::withoutDot).toList();
            } else if (words[0].equals("options") && NDOTS.matcher(line).matches()) {
                ndots = Integer.parseInt(NDOTS.matcher(line).replaceFirst("$1"));
            }
        }
        return new ClusterNames(domains, ndots, absolute);
    }

    @Override
    public List<InetAddress> addresses(String namespace, String host) throws UnknownHostException {
        var unknown = new UnknownHostException(host);
        for (var candidate : candidates(namespace, host)) {
            try {
                return absolute.addresses(namespace, candidate);
            } catch (UnknownHostException e) {
                if (HostResolver.isTemporary(e)) {
                    // A later candidate would return the address of a different name.
                    throw e;
                }
                unknown = e;
            }
        }
        throw unknown;
    }

    /** The absolute names that the host can denote, in the order in which they are tried. */
    List<String> candidates(String namespace, String host) {
        if (host.endsWith(".")) {
            return List.of(host);
        }
        var domains = searchDomains.stream()
                .map(domain -> OF_A_NAMESPACE.matcher(domain).replaceFirst(namespace + "$1"))
                .toList();
        var itself = Stream.of(host + ".");
        if (domains.stream().anyMatch(domain -> host.endsWith("." + domain))) {
            return itself.toList();
        }
        var completed = domains.stream().map(domain -> host + "." + domain + ".");
        boolean longEnough = host.chars().filter(c -> c == '.').count() >= ndots;
        return (longEnough ? Stream.concat(itself, completed) : Stream.concat(completed, itself))
                .filter(name -> name.length() <= MAX_LENGTH)
                .toList();
    }

    private static String withoutDot(String domain) {
        return domain.endsWith(".") ? domain.substring(0, domain.length() - 1) : domain;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }
}
