package dev.datapath.operator.envoy;

import static dev.datapath.operator.envoy.Predicates.and;
import static dev.datapath.operator.envoy.Predicates.contains;
import static dev.datapath.operator.envoy.Predicates.matches;
import static dev.datapath.operator.envoy.Predicates.not;
import static dev.datapath.operator.envoy.Predicates.when;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.s3.Subresources;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Answers 400 to spellings that would slip past a rule and that no client needs: stores, and proxies before them, decode
 * names, resolve dots and tidy hosts, and a rule compares what the client sent.
 */
final class Guards {

    private static final String AUTHORITY = ":authority";

    private static final String PORT =
            "(?:[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
    /** A name or an address, with a port or without; a port may be empty (RFC 9110, 7.2; RFC 3986, 3.2.3). */
    private static final String HOST =
            "(?:[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*\\.?|\\[[0-9A-Fa-f:.]+\\])(?::" + PORT + "?)?";

    private Guards() {}

    /**
     * Those that a listener needs.
     *
     * @param denies those of rules that deny: only then it pays to be taken for another request
     */
    static List<FieldMatcher> of(ListenerPlan listener, List<MatchPlan> denies, AddressStyle style, String baseDomain) {
        var matches = listener.matches();
        boolean byBucket = matches.stream().anyMatch(match -> !(match.bucket() instanceof BucketMatch.Any));
        boolean byOperation =
                matches.stream().anyMatch(match -> !match.operations().isEmpty());
        boolean byKey = matches.stream().anyMatch(match -> !match.keyPrefix().isEmpty());
        boolean deniedByName = !denies.isEmpty() && (byBucket || byOperation || byKey);
        var guards = new ArrayList<FieldMatcher>();
        // Envoy joins repeated lines; RFC 9112, 3.2 wants 400.
        guards.add(guard("guard/host", contains(AUTHORITY, ","), "InvalidRequest", "A request must name one host."));
        guards.add(Http10Answers.guard());
        if (style == AddressStyle.PATH && !listener.hostnames().isEmpty()) {
            guards.add(guard(
                    "guard/host",
                    not(matches(AUTHORITY, served(listener))),
                    "InvalidRequest",
                    "This host name is not served here."));
        }
        if (byBucket || byKey || byOperation) {
            guards.add(guard(
                    "guard/host",
                    and(matches(AUTHORITY, ".+"), not(matches(AUTHORITY, HOST))),
                    "InvalidRequest",
                    "The host must be a name or an address, with at most one port."));
            if (!listener.baseDomains().isEmpty()
                    && (style == AddressStyle.HOST || listener.hostnames().isEmpty())) {
                guards.add(refuse(
                        "guard/host",
                        domainElsewhere(listener.baseDomains(), baseDomain),
                        "The host must hold the base domain at its end and nowhere else."));
            }
        }
        if (style == AddressStyle.HOST && byBucket) {
            guards.add(guard(
                    "guard/host",
                    matches(Names.HOST_HEADER, "[^:]*[A-Z][^:]*" + hostEnd(baseDomain)),
                    "InvalidRequest",
                    "The bucket in the host name must be in lower case."));
        }
        if (style == AddressStyle.PATH && (byBucket || byOperation || byKey)) {
            // An encoded slash would make a bucket of bucket and key. The list of buckets, which has none, is "//".
            guards.add(bucket("/[^/%]*%.*|//.+"));
        }
        if (style == AddressStyle.PATH && deniedByName) {
            // Ceph takes what is before a colon for a tenant; some stores and proxies resolve dots.
            guards.add(bucket("/[^/]*[^A-Za-z0-9._/-].*|/\\.{1,2}/.*"));
        }
        if (deniedByName || (byBucket && listener.defaultBackend() == null)) {
            guards.add(refuse(
                    "guard/path", Escapes.outOfTheBucket(style), "Dot segments must not lead out of the bucket."));
        }
        if (byOperation) {
            guards.add(guard(
                    "guard/query",
                    and(
                            contains(":path", "%"),
                            matches(":path", QueryPattern.ENCODED_NAME),
                            matches(":path", QueryPattern.encoded(Subresources.all()))),
                    "InvalidRequest",
                    "The name of a query parameter that selects an action must not be percent-encoded."));
            guards.add(guard(
                    "guard/query",
                    and(contains(":path", "??"), matches(":path", QueryPattern.afterMarks(Subresources.all()))),
                    "InvalidRequest",
                    "The query must not begin with a question mark."));
        }
        if (denies.stream().anyMatch(ForcedRemoval::mayBeDenied)) {
            guards.add(refuse("guard/force-delete", ForcedRemoval.asked(), ForcedRemoval.MESSAGE));
        }
        UnderscoredHeaders.guard((denies.isEmpty() ? denies : matches)
                        .stream()
                                .flatMap(match -> match.headers().stream())
                                .map(MatchPlan.HeaderValue::name)
                                .distinct()
                                .toList())
                .ifPresent(guards::add);
        return guards;
    }

    /**
     * Matches a host that has a base domain before its end, too: VersityGW cuts at the first one (s3api/middlewares,
     * HostStyleParser).
     *
     * @param own the base domain that the host ends with; empty for none
     */
    private static Predicate domainElsewhere(List<String> baseDomains, String own) {
        // Within its own end a longer domain may hold a shorter one.
        var before = baseDomains.stream()
                .filter(domain -> !own.equals(domain) && ("." + own).contains("." + domain))
                .toList();
        var elsewhere =
                baseDomains.stream().filter(domain -> !before.contains(domain)).collect(Collectors.joining("|"));
        var patterns = new ArrayList<String>();
        if (!elsewhere.isEmpty()) {
            patterns.add(".*\\.(?:" + elsewhere.replace(".", "\\.") + ")(?:[^.:].*|\\.[^:].*)");
        }
        if (!before.isEmpty()) {
            patterns.add(".*\\.(?:" + String.join("|", before).replace(".", "\\.") + ")(?:\\..*|[^.].*)?\\."
                    + own.replace(".", "\\.") + "\\.?(?::[0-9]*)?");
        }
        var found = matches(AUTHORITY, "(?i)(?:" + String.join("|", patterns) + ")");
        var domains = String.join("|", baseDomains).replace(".", "\\.");
        return own.isEmpty() && baseDomains.size() > 1
                ? and(found, not(matches(AUTHORITY, "(?i:" + domains + ")\\.?(?::[0-9]*)?")))
                : found;
    }

    /** The hosts of path style, in any case and with or without port. */
    private static String served(ListenerPlan listener) {
        var names = Stream.concat(listener.hostnames().stream(), listener.baseDomains().stream())
                .map(name -> name.replace(".", "\\."))
                .collect(Collectors.joining("|"));
        return "(?i:" + names + ")\\.?(?::" + PORT + "?)?";
    }

    /** For entries of buckets whose keys a rule denies. */
    static FieldMatcher ofKeys() {
        return guard("guard/path", matches(Names.TARGET_HEADER, Segments.DOTS), "InvalidRequest", Segments.MESSAGE);
    }

    /** For entries of buckets where only some actions on objects are forwarded. */
    static FieldMatcher ofNoKeys(AddressStyle style) {
        return guard(
                "guard/path",
                matches(Names.TARGET_HEADER, style.looksLikeObject()),
                "InvalidRequest",
                Segments.MESSAGE);
    }

    /** How a host header goes on after the bucket: the case of a domain does not matter, nor does its root dot. */
    static String hostEnd(String baseDomain) {
        return "\\.(?i:" + baseDomain.replace(".", "\\.") + ")\\.?(?::[0-9]*)?:";
    }

    private static FieldMatcher bucket(String expression) {
        return guard(
                "guard/bucket",
                matches(Names.TARGET_HEADER, expression),
                "InvalidBucketName",
                "A bucket name must be neither empty nor percent-encoded and hold only letters, digits, '.', '-' and '_'.");
    }

    /** Answers 400. */
    static FieldMatcher refuse(String name, Predicate predicate, String message) {
        return guard(name, predicate, "InvalidRequest", message);
    }

    private static FieldMatcher guard(String name, Predicate predicate, String code, String message) {
        var match = RouteMatch.newBuilder().setPrefix("/").build();
        return when(predicate, Predicates.action("route", RouteRenderer.refuse(name, 400, code, message, match)));
    }
}
