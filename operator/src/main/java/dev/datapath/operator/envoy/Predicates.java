package dev.datapath.operator.envoy;

import com.github.xds.core.v3.TypedExtensionConfig;
import com.github.xds.type.matcher.v3.Matcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate.PredicateList;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate;
import com.github.xds.type.matcher.v3.RegexMatcher;
import com.github.xds.type.matcher.v3.StringMatcher;
import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.FilterStateInput;
import io.envoyproxy.envoy.extensions.matching.input_matchers.ip.v3.Ip;
import io.envoyproxy.envoy.type.matcher.v3.HttpRequestHeaderMatchInput;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Envoy's generic matcher over request headers and filter state, the only inputs that a route table may use. */
final class Predicates {

    private Predicates() {}

    /** True when the expression matches the whole value of the header. A missing header never matches. */
    static Predicate matches(String header, String regex) {
        return single(header, regex(regex));
    }

    static Predicate equal(String header, String text) {
        return single(header, StringMatcher.newBuilder().setExact(text));
    }

    static Predicate startsWith(String header, String text) {
        return single(header, StringMatcher.newBuilder().setPrefix(text));
    }

    static Predicate contains(String header, String text) {
        return single(header, StringMatcher.newBuilder().setContains(text));
    }

    /** Holds for a request whose query has one of these parameters for some store, in any spelling and any case. */
    static Predicate namedInQuery(Collection<String> names) {
        return matches(":path", "(?i)" + QueryPattern.namedInAnySpelling(names));
    }

    static Predicate not(Predicate predicate) {
        return Predicate.newBuilder().setNotMatcher(predicate).build();
    }

    static Predicate and(Predicate... predicates) {
        return Predicate.newBuilder()
                .setAndMatcher(PredicateList.newBuilder().addAllPredicate(List.of(predicates)))
                .build();
    }

    static Predicate or(Predicate... predicates) {
        return Predicate.newBuilder()
                .setOrMatcher(PredicateList.newBuilder().addAllPredicate(List.of(predicates)))
                .build();
    }

    /** Conjunction of one or more predicates. */
    static Predicate all(List<Predicate> predicates) {
        return predicates.size() == 1 ? predicates.getFirst() : and(predicates.toArray(Predicate[]::new));
    }

    /** Disjunction of one or more predicates. */
    static Predicate any(List<Predicate> predicates) {
        return predicates.size() == 1 ? predicates.getFirst() : or(predicates.toArray(Predicate[]::new));
    }

    /**
     * True when the client's address is in one of the networks. A connection that was opened before its gateway got a listener that
     * stores the address as text has no such address. Deny rules match it.
     */
    static Predicate clientIn(List<String> cidrs, boolean denies) {
        var networks = Ip.newBuilder().setStatPrefix("source");
        cidrs.forEach(cidr -> networks.addCidrRanges(Networks.range(cidr)));
        var within = client(SinglePredicate.newBuilder()
                .setCustomMatch(TypedExtensionConfig.newBuilder()
                        .setName("networks")
                        .setTypedConfig(Protos.any(networks.build()))));
        return denies ? or(within, not(client(SinglePredicate.newBuilder().setValueMatch(regex(".+"))))) : within;
    }

    private static Predicate client(SinglePredicate.Builder match) {
        var state = FilterStateInput.newBuilder().setKey(Names.SOURCE_TEXT_STATE);
        return Predicate.newBuilder()
                .setSinglePredicate(match.setInput(TypedExtensionConfig.newBuilder()
                        .setName("client-address")
                        .setTypedConfig(Protos.any(state.build()))))
                .build();
    }

    /** Selects the longest entry that is a prefix of the header's value. */
    static Matcher.OnMatch longestPrefix(
            String header, Map<String, Matcher.OnMatch> entries, Matcher.OnMatch otherwise) {
        if (entries.isEmpty()) {
            return otherwise;
        }
        return nested(tree(header, entries).setOnNoMatch(otherwise));
    }

    /**
     * Selects the longest entry that is a prefix of the header's value; if that does not match, the next longest, and finally none.
     */
    static Matcher.OnMatch longestPrefix(String header, Map<String, Matcher.OnMatch> entries) {
        return nested(tree(header, entries));
    }

    private static Matcher.Builder tree(String header, Map<String, Matcher.OnMatch> entries) {
        var tree = Matcher.MatcherTree.newBuilder()
                .setInput(input(header))
                .setPrefixMatchMap(Matcher.MatcherTree.MatchMap.newBuilder().putAllMap(entries));
        return Matcher.newBuilder().setMatcherTree(tree);
    }

    /** Continues only when the predicate is true; otherwise there is no match. */
    static Matcher.OnMatch only(Predicate predicate, Matcher.OnMatch then) {
        return nested(Matcher.newBuilder()
                .setMatcherList(Matcher.MatcherList.newBuilder().addMatchers(when(predicate, then))));
    }

    /** The first of two matchers that matches. The header must exist. */
    static Matcher.OnMatch firstOf(String header, Matcher.OnMatch first, Matcher.OnMatch second) {
        var any = matches(header, ".+");
        return nested(Matcher.newBuilder()
                .setMatcherList(Matcher.MatcherList.newBuilder()
                        .addMatchers(when(any, first))
                        .addMatchers(when(any, second))));
    }

    static Matcher.OnMatch nested(Matcher.Builder matcher) {
        return Matcher.OnMatch.newBuilder().setMatcher(matcher).build();
    }

    static Matcher.MatcherList.FieldMatcher when(Predicate predicate, Matcher.OnMatch then) {
        return Matcher.MatcherList.FieldMatcher.newBuilder()
                .setPredicate(predicate)
                .setOnMatch(then)
                .build();
    }

    static Matcher.OnMatch action(String name, Message config) {
        return Matcher.OnMatch.newBuilder()
                .setAction(TypedExtensionConfig.newBuilder().setName(name).setTypedConfig(Protos.any(config)))
                .build();
    }

    /** Converts a condition of a route to a predicate. */
    static Predicate of(HeaderMatcher matcher) {
        var text = matcher.getStringMatch();
        var predicate = text.hasSafeRegex()
                ? matches(matcher.getName(), text.getSafeRegex().getRegex())
                : equal(matcher.getName(), text.getExact());
        return matcher.getInvertMatch() ? not(predicate) : predicate;
    }

    private static StringMatcher.Builder regex(String regex) {
        var re2 = RegexMatcher.GoogleRE2.getDefaultInstance();
        return StringMatcher.newBuilder()
                .setSafeRegex(RegexMatcher.newBuilder().setGoogleRe2(re2).setRegex(regex));
    }

    private static Predicate single(String header, StringMatcher.Builder value) {
        return Predicate.newBuilder()
                .setSinglePredicate(
                        SinglePredicate.newBuilder().setInput(input(header)).setValueMatch(value))
                .build();
    }

    static TypedExtensionConfig input(String header) {
        Any config = Protos.any(
                HttpRequestHeaderMatchInput.newBuilder().setHeaderName(header).build());
        return TypedExtensionConfig.newBuilder()
                .setName("request-header")
                .setTypedConfig(config)
                .build();
    }
}
