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
 * Rejects, with status 400, requests whose spelling would bypass a rule and that no client needs. Stores, and proxies in front of
 * them, decode names, resolve dot segments and normalize hosts, while a rule compares the text that the client sent.
 */
final class Guards {

    private static final String AUTHORITY = ":authority";

    private static final String PORT =
            "(?:[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
    /** A name or an address, with or without port. The port may be empty (RFC 9110, 7.2; RFC 3986, 3.2.3). */
    private static final String HOST =
            "(?:[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*\\.?|\\[[0-9A-Fa-f:.]+\\])(?::" + PORT + "?)?";

    /**
     * How parameters begin that stores send back as headers: those of GetObject that override headers, and those that some stores take
     * for headers of an upload (MinIO, extractMetadataFromReq; s3rver, lib/middleware/authentication.js).
     */
    private static final List<String> BECOME_HEADERS =
            List.of("response-", "x-amz-", "cache-control", "content-", "expires");

    private Guards() {}

    /**
     * The guards of a listener.
     *
     * @param denies the matches of deny rules; only with these can a client gain from a request that a store reads differently
     */
    static List<FieldMatcher> of(ListenerPlan listener, List<MatchPlan> denies, AddressStyle style, String baseDomain) {
        var matches = listener.matches();
        boolean byBucket = matches.stream().anyMatch(match -> !(match.bucket() instanceof BucketMatch.Any));
        boolean byOperation =
                matches.stream().anyMatch(match -> !match.operations().isEmpty());
        boolean byKey = matches.stream().anyMatch(match -> !match.keyPrefix().isEmpty());
        boolean deniedByName = !denies.isEmpty() && (byBucket || byOperation || byKey);
        var guards = new ArrayList<FieldMatcher>();
        // Envoy joins repeated headers. RFC 9112, 3.2 requires status 400.
        guards.add(guard("guard/host", contains(AUTHORITY, ","), "InvalidRequest", "A request must name one host."));
        // A store sends the value back in a header, which is no HTTP then, and Envoy blames the node.
        guards.add(guard(
                "guard/query",
                and(
                        contains(":path", "%"),
                        matches(":path", "(?i)" + QueryPattern.withControlCharacter(BECOME_HEADERS))),
                "InvalidArgument",
                "A query parameter that becomes a header must not hold control characters."));
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
                guards.add(reject(
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
            // With an encoded slash, bucket and key would look like a bucket. The list of buckets has the target "//".
            guards.add(bucket("/[^/%]*%.*|//.+"));
        }
        if (style == AddressStyle.PATH && deniedByName) {
            // Ceph treats the text before a colon as a tenant. Some stores and proxies resolve dot segments.
            guards.add(bucket("/[^/]*[^A-Za-z0-9._/-].*|/\\.{1,2}/.*"));
        }
        if (deniedByName || (byBucket && listener.defaultBackend() == null)) {
            guards.add(reject(
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
            guards.add(reject("guard/force-delete", ForcedRemoval.requested(), ForcedRemoval.MESSAGE));
        }
        if (matches.stream().anyMatch(match -> !match.credentials().isEmpty())) {
            guards.addAll(CredentialGuards.all());
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
     * Matches a host that also contains a base domain before its end: VersityGW cuts at the first one (s3api/middlewares,
     * HostStyleParser).
     *
     * @param own the base domain at the end of the host; empty for none
     */
    private static Predicate domainElsewhere(List<String> baseDomains, String own) {
        // A longer base domain at the end may contain a shorter one.
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

    /** The hosts for path style, case-insensitive, with or without port. */
    private static String served(ListenerPlan listener) {
        var names = Stream.concat(listener.hostnames().stream(), listener.baseDomains().stream())
                .map(name -> name.replace(".", "\\."))
                .collect(Collectors.joining("|"));
        return "(?i:" + names + ")\\.?(?::" + PORT + "?)?";
    }

    /** A guard for entries of buckets with a deny by key. */
    static FieldMatcher ofKeys() {
        return guard("guard/path", matches(Names.TARGET_HEADER, Segments.DOTS), "InvalidRequest", Segments.MESSAGE);
    }

    /** A guard for entries of buckets where only some actions on objects are forwarded. */
    static FieldMatcher ofNoKeys(AddressStyle style) {
        return guard(
                "guard/path",
                matches(Names.TARGET_HEADER, style.looksLikeObject()),
                "InvalidRequest",
                Segments.MESSAGE);
    }

    /** An expression for the rest of a host header after the bucket. Case and a trailing dot of the domain make no difference. */
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

    /** Rejects requests with status 400. */
    static FieldMatcher reject(String name, Predicate predicate, String message) {
        return guard(name, predicate, "InvalidRequest", message);
    }

    private static FieldMatcher guard(String name, Predicate predicate, String code, String message) {
        var match = RouteMatch.newBuilder().setPrefix("/").build();
        return when(predicate, Predicates.action("route", RouteRenderer.reject(name, 400, code, message, match)));
    }
}
