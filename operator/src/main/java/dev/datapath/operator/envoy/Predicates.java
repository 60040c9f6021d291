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
import io.envoyproxy.envoy.type.matcher.v3.HttpRequestHeaderMatchInput;
import java.util.List;
import java.util.Map;

/** Envoy's generic matcher over request headers, the only input that a route table may use. */
final class Predicates {

    private Predicates() {}

    /** Holds when the whole value of the header matches the expression; a header that is absent never does. */
    static Predicate matches(String header, String regex) {
        var re2 = RegexMatcher.GoogleRE2.getDefaultInstance();
        return single(
                header,
                StringMatcher.newBuilder()
                        .setSafeRegex(
                                RegexMatcher.newBuilder().setGoogleRe2(re2).setRegex(regex)));
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

    /** Takes the longest entry that the header's value starts with. */
    static Matcher.OnMatch longestPrefix(
            String header, Map<String, Matcher.OnMatch> entries, Matcher.OnMatch otherwise) {
        if (entries.isEmpty()) {
            return otherwise;
        }
        var tree = Matcher.MatcherTree.newBuilder()
                .setInput(input(header))
                .setPrefixMatchMap(Matcher.MatcherTree.MatchMap.newBuilder().putAllMap(entries));
        return nested(Matcher.newBuilder().setMatcherTree(tree).setOnNoMatch(otherwise));
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

    private static Predicate single(String header, StringMatcher.Builder value) {
        return Predicate.newBuilder()
                .setSinglePredicate(
                        SinglePredicate.newBuilder().setInput(input(header)).setValueMatch(value))
                .build();
    }

    private static TypedExtensionConfig input(String header) {
        Any config = Protos.any(
                HttpRequestHeaderMatchInput.newBuilder().setHeaderName(header).build());
        return TypedExtensionConfig.newBuilder()
                .setName("request-header")
                .setTypedConfig(config)
                .build();
    }
}
