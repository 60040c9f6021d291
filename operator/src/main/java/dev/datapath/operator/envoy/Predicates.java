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
import java.util.List;
import java.util.Map;

/** Envoy's generic matcher over request headers and filter state, the only inputs that a route table may use. */
final class Predicates {

    private Predicates() {}

    /** Holds when the whole value of the header matches the expression; a header that is absent never does. */
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

    /** All of one or more. */
    static Predicate all(List<Predicate> predicates) {
        return predicates.size() == 1 ? predicates.getFirst() : and(predicates.toArray(Predicate[]::new));
    }

    /** Any of one or more. */
    static Predicate any(List<Predicate> predicates) {
        return predicates.size() == 1 ? predicates.getFirst() : or(predicates.toArray(Predicate[]::new));
    }

    /**
     * Holds when the client's address lies in one of the networks. A connection that was open when its gateway got the listener
     * that keeps the address as text has none; rules that deny take it.
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

    /** Takes the longest entry that the header's value starts with. */
    static Matcher.OnMatch longestPrefix(
            String header, Map<String, Matcher.OnMatch> entries, Matcher.OnMatch otherwise) {
        if (entries.isEmpty()) {
            return otherwise;
        }
        return nested(tree(header, entries).setOnNoMatch(otherwise));
    }

    /**
     * Takes the longest entry that the header's value starts with; when that has no match, the next longest, and none in the
     * end.
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

    /** Goes on only when the predicate holds; otherwise there is no match. */
    static Matcher.OnMatch only(Predicate predicate, Matcher.OnMatch then) {
        return nested(Matcher.newBuilder()
                .setMatcherList(Matcher.MatcherList.newBuilder().addMatchers(when(predicate, then))));
    }

    /** The first of two that has a match; the header is there. */
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

    /** The same condition in a route's own language. */
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
