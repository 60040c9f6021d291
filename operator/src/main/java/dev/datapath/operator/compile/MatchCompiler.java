package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.OperationGroup;
import dev.datapath.api.v1alpha1.RequestMatch;
import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.net.Cidr;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.CredentialCondition;
import dev.datapath.operator.plan.MatchPlan.HeaderValue;
import dev.datapath.operator.text.Listing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Compiles one entry of {@code matches}. When a condition cannot be parsed or is not supported, the safe choice depends on the
 * rule. A forward rule never matches more than declared: the match is not applied, and an invalid entry of a list of alternatives
 * matches nothing. A deny rule never matches less: the whole condition is dropped, and the match keeps the precedence of a match
 * with this condition.
 */
final class MatchCompiler {
    private static final Pattern EXACT_BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]");
    private static final Pattern PREFIX_BUCKET = Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]{0,253})?\\*");
    private static final Pattern ACCESS_KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@+=-]{0,127}");
    private static final Pattern HEADER_NAME = Pattern.compile("[a-z0-9!#$%&'*+.^_`|~-]{1,128}");
    private static final Pattern HEADER_VALUE = Pattern.compile("[^\\x00-\\x1f\\x7f]{1,1024}");

    private static final Set<String> OF_CONNECTIONS =
            Set.of("connection", "http2-settings", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

    /** Headers that gateways overwrite for internal use. */
    private static final Set<String> OF_GATEWAYS = Set.of(
            "x-datapath-forwarded-proto",
            "x-datapath-host",
            "x-datapath-method",
            "x-datapath-protocol",
            "x-datapath-target");

    private static final int MAX_KEY_BYTES = 1024;

    /** Most listeners of the DataPath that a message names. */
    private static final int MAX_LISTENERS = 4;

    /**
     * Conditions of a deny that could not be parsed and were dropped.
     *
     * @param bucket whether the bucket was one of them; the match then applies to every bucket
     * @param keyPrefix whether the key prefix was one of them
     * @param operations whether the operations were one of them
     * @param others how many others there were: headers, client networks, access keys
     */
    record Dropped(boolean bucket, boolean keyPrefix, boolean operations, int others) {
        static final Dropped NOTHING = new Dropped(false, false, false, 0);

        /** All conditions but bucket and listener, and the bucket as well if it is one of them. */
        static Dropped everythingBut(boolean bucket) {
            return new Dropped(bucket, true, true, Integer.MAX_VALUE / 2);
        }
    }

    /** The conditions of a match in canonical form. */
    record Conditions(
            List<BucketMatch> buckets,
            String keyPrefix,
            Set<S3Operation> operations,
            Set<String> listeners,
            boolean namesListeners,
            List<HeaderValue> headers,
            List<Cidr> sources,
            List<CredentialCondition> credentials,
            Dropped dropped) {

        /** The same with one more condition. */
        Conditions and(CredentialCondition credential) {
            var all = new ArrayList<>(credentials);
            all.add(credential);
            return new Conditions(
                    buckets,
                    keyPrefix,
                    operations,
                    listeners,
                    namesListeners,
                    headers,
                    sources,
                    List.copyOf(all),
                    dropped);
        }
    }

    private final Report at;
    private final boolean denies;

    private MatchCompiler(Report at, boolean denies) {
        this.at = at;
        this.denies = denies;
    }

    /** The conditions of a rule without matches: every request at every listener. */
    static Conditions everything(Set<String> listeners) {
        return new Conditions(
                List.of(new BucketMatch.Any()),
                "",
                Set.of(),
                listeners,
                false,
                List.of(),
                List.of(),
                List.of(),
                Dropped.NOTHING);
    }

    /** Every request for the buckets of a deny at its listeners. This covers at least the requests of the match. */
    static Conditions bucketsAndListeners(RequestMatch match, Set<String> declared) {
        var buckets = match.buckets().stream().map(MatchCompiler::bucket).toList();
        boolean unreadable = !buckets.isEmpty() && buckets.stream().allMatch(Optional::isEmpty);
        var known = new TreeSet<>(declared);
        known.retainAll(match.listeners());
        return new Conditions(
                buckets.isEmpty() || buckets.stream().anyMatch(Optional::isEmpty)
                        ? List.of(new BucketMatch.Any())
                        : buckets.stream().map(Optional::get).distinct().toList(),
                "",
                Set.of(),
                known.size() < Set.copyOf(match.listeners()).size() || known.isEmpty() ? declared : known,
                false,
                List.of(),
                List.of(),
                List.of(),
                Dropped.everythingBut(unreadable));
    }

    /**
     * The conditions; empty when the match must not be applied.
     *
     * @param declared names of all listeners of the DataPath
     * @param denies whether the rule denies
     */
    static Optional<Conditions> compile(RequestMatch match, Set<String> declared, boolean denies, Report at) {
        return new MatchCompiler(at, denies).conditions(match, declared);
    }

    private Optional<Conditions> conditions(RequestMatch match, Set<String> declared) {
        if (isEmpty(match)) {
            at.error(
                    Reason.Invalid,
                    "a match needs a condition, so "
                            + (denies ? "every request is denied" : "it is not applied")
                            + ": write one, such as buckets: [name], or remove matches to match every request");
        }
        if (!denies && isEmpty(match)) {
            return Optional.empty();
        }
        var buckets = alternatives(
                match.buckets(),
                "buckets",
                MatchCompiler::bucket,
                "is not a bucket name: write one, or a prefix with one trailing *");
        var operations = alternatives(
                match.operations(),
                "operations",
                OperationGroup::expand,
                "is neither an S3 action, such as GetObject, nor one of the groups Reads, Lists, Writes, Deletes and Multipart");
        var sources = alternatives(
                match.sourceCIDRs(),
                "sourceCIDRs",
                Cidr::parse,
                "is not a network: write one, such as 10.0.0.0/8 or fd00::/8");
        var accessKeys = alternatives(
                match.accessKeyIds(),
                "accessKeyIds",
                MatchCompiler::accessKey,
                "is not an access key id: write one of letters, digits and ._@+=-, such as AKIAIOSFODNN7EXAMPLE");
        var listeners = listeners(match.listeners(), declared);
        var headers = headers(match.headers());
        var keyPrefix = keyPrefix(Identity.text(match.keyPrefix()));
        boolean unreadable = buckets.isEmpty()
                || operations.isEmpty()
                || sources.isEmpty()
                || accessKeys.isEmpty()
                || headers.size() < match.headers().size()
                || keyPrefix.isEmpty();
        if (listeners.isEmpty() || (unreadable && !denies)) {
            return Optional.empty();
        }
        var actions = EnumSet.noneOf(S3Operation.class);
        operations.orElse(List.of()).forEach(actions::addAll);
        var named = buckets.orElse(List.of());
        return Optional.of(new Conditions(
                named.isEmpty()
                        ? List.of(new BucketMatch.Any())
                        : named.stream().distinct().toList(),
                keyPrefix.orElse(""),
                actions,
                listeners.get(),
                !match.listeners().isEmpty(),
                headers.stream().distinct().toList(),
                sources.orElse(List.of()).stream()
                        .distinct()
                        .sorted((left, right) -> left.toString().compareTo(right.toString()))
                        .toList(),
                accessKeys
                        .filter(keys -> !keys.isEmpty())
                        .map(keys -> List.<CredentialCondition>of(new CredentialCondition.AccessKeys(Set.copyOf(keys))))
                        .orElse(List.of()),
                new Dropped(
                        buckets.isEmpty(),
                        keyPrefix.isEmpty(),
                        operations.isEmpty(),
                        match.headers().size()
                                - headers.size()
                                + (sources.isEmpty() ? 1 : 0)
                                + (accessKeys.isEmpty() ? 1 : 0)
                                + (isEmpty(match) ? 1 : 0))));
    }

    /** The consequence of a condition that cannot be parsed. */
    private String consequence(String ofForward) {
        return denies ? "requests are denied as if this condition did not exist" : ofForward;
    }

    private static boolean isEmpty(RequestMatch match) {
        return match.buckets().isEmpty()
                && Identity.text(match.keyPrefix()).isEmpty()
                && match.operations().isEmpty()
                && match.listeners().isEmpty()
                && match.headers().isEmpty()
                && match.sourceCIDRs().isEmpty()
                && match.accessKeyIds().isEmpty();
    }

    /**
     * The valid entries of a list of alternatives. Empty when the condition is not usable: a forward needs one valid entry, a deny
     * needs all entries valid.
     */
    private <T> Optional<List<T>> alternatives(
            List<String> values, String field, Function<String, Optional<T>> reader, String problem) {
        var readable = new ArrayList<T>();
        for (int i = 0; i < values.size(); i++) {
            var value = reader.apply(values.get(i));
            value.ifPresent(readable::add);
            if (value.isEmpty()) {
                at.item(field, i)
                        .error(
                                Reason.Invalid,
                                "\"" + values.get(i) + "\" " + problem + "; "
                                        + consequence("until then it matches nothing"));
            }
        }
        boolean usable = denies ? readable.size() == values.size() : values.isEmpty() || !readable.isEmpty();
        return usable ? Optional.of(readable) : Optional.empty();
    }

    private static Optional<String> accessKey(String text) {
        return ACCESS_KEY.matcher(text).matches() ? Optional.of(text) : Optional.empty();
    }

    private static Optional<BucketMatch> bucket(String text) {
        if (text.equals("*")) {
            return Optional.of(new BucketMatch.Any());
        }
        if (EXACT_BUCKET.matcher(text).matches()) {
            return Optional.of(new BucketMatch.Exact(text));
        }
        return PREFIX_BUCKET.matcher(text).matches()
                ? Optional.of(new BucketMatch.Prefix(text.substring(0, text.length() - 1)))
                : Optional.empty();
    }

    /**
     * The listeners that exist. For a deny that names a missing listener, all listeners, because it is unknown which one was meant.
     */
    private Optional<Set<String>> listeners(List<String> names, Set<String> declared) {
        if (names.isEmpty()) {
            return Optional.of(declared);
        }
        var known = new TreeSet<String>();
        boolean unknown = false;
        for (int i = 0; i < names.size(); i++) {
            if (declared.contains(names.get(i))) {
                known.add(names.get(i));
            } else {
                at.item("listeners", i)
                        .error(
                                Reason.ListenerNotFound,
                                "the DataPath has no listener " + names.get(i) + ": write one of "
                                        + Listing.of(List.copyOf(declared), MAX_LISTENERS)
                                        + (denies ? "; until then requests are denied at all of them" : ""));
                unknown = true;
            }
        }
        if (denies && unknown) {
            return Optional.of(declared);
        }
        return known.isEmpty() ? Optional.empty() : Optional.of(known);
    }

    /** Whether rules cannot see the header, because Envoy treats it as its own or as a connection header (RFC 9110, 7.6.1). */
    private static boolean neverVisible(String name, String value) {
        return OF_CONNECTIONS.contains(name)
                || OF_GATEWAYS.contains(name)
                || name.startsWith("x-envoy-")
                || (name.equals("te") && !value.strip().equalsIgnoreCase("trailers"));
    }

    /** The valid headers, sorted. */
    private List<HeaderValue> headers(List<RequestMatch.HeaderMatch> headers) {
        var values = new ArrayList<HeaderValue>();
        for (int i = 0; i < headers.size(); i++) {
            var name = Identity.text(headers.get(i).name()).toLowerCase(Locale.ROOT);
            var value = Identity.text(headers.get(i).value());
            if (neverVisible(name, value)) {
                at.item("headers", i)
                        .field("name")
                        .error(
                                Reason.Invalid,
                                "a gateway removes or replaces " + name + " before rules are evaluated, so "
                                        + consequence("the match is not applied")
                                        + ": match another header, or use another condition, such as sourceCIDRs");
                if (!denies) {
                    break;
                }
            } else if (HEADER_NAME.matcher(name).matches()
                    && HEADER_VALUE.matcher(value).matches()) {
                values.add(new HeaderValue(name, value));
            } else {
                at.item("headers", i)
                        .error(
                                Reason.Invalid,
                                "this is not a valid header with a value, so " + consequence("the match is not applied")
                                        + ": write a name, such as x-team, and a value without control characters");
                if (!denies) {
                    break;
                }
            }
        }
        values.sort((left, right) -> {
            int byName = left.name().compareTo(right.name());
            return byName != 0 ? byName : left.value().compareTo(right.value());
        });
        return values;
    }

    private Optional<String> keyPrefix(String prefix) {
        if (prefix.getBytes(StandardCharsets.UTF_8).length > MAX_KEY_BYTES
                || !StandardCharsets.UTF_8.newEncoder().canEncode(prefix)) {
            at.field("keyPrefix")
                    .error(
                            Reason.Invalid,
                            "no key can start with this keyPrefix, so " + consequence("the match is not applied")
                                    + ": write at most 1024 bytes of UTF-8");
            return Optional.empty();
        }
        return Optional.of(prefix);
    }
}
