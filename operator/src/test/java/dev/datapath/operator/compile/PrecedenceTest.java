package dev.datapath.operator.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.plan.MatchPlan;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which of two rules wins, independent of their order in the input. Each line: the winner, the loser. */
class PrecedenceTest {

    @ParameterizedTest(name = "{0} before {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # the bucket: exact, then the longest prefix, then any
            buckets: [laion-400m]                 | buckets: ["laion-400m*"]
            buckets: ["laion-400m*"]              | buckets: ["laion-*"]
            buckets: ["la*"]                      | keyPrefix: a/very/long/prefix/of/keys/
            buckets: ["laion-*"]                  | buckets: ["*"], keyPrefix: shards/, operations: [GetObject]
            buckets: [abc]                        | buckets: ["laion-400m-very-long-prefix-*"]
            # then the longer key prefix
            buckets: [abc], keyPrefix: shards/0   | buckets: [abc], keyPrefix: shards/
            buckets: [abc], keyPrefix: shards/    | buckets: [abc], operations: [GetObject]
            buckets: ["ab*"], keyPrefix: s        | buckets: ["ab*"]
            # then fewer operations
            operations: [GetObject]               | operations: [GetObject, HeadObject]
            operations: [GetObject, PutObject]    | operations: [Reads]
            operations: [Multipart]               | operations: [Reads]
            operations: [Reads, Lists, Writes, Deletes, Multipart] | headers: [{name: x, value: "1"}]
            # then more of the other conditions
            headers: [{name: x, value: "1"}, {name: y, value: "1"}] | headers: [{name: x, value: "1"}]
            sourceCIDRs: [10.0.0.0/8], listeners: [s3] | sourceCIDRs: [10.0.0.0/8, 192.0.2.0/24]
            sourceCIDRs: [10.0.0.0/8], headers: [{name: x, value: "1"}] | sourceCIDRs: [10.0.0.0/9]
            listeners: [s3]                       | buckets: ["*"]
            """)
    void moreSpecificMatchWins(String winner, String loser) {
        assertThat(order(policy("zzz", "2026-03-01T00:00:00Z", winner), policy("aaa", "2026-01-01T00:00:00Z", loser)))
                .startsWith("zzz");
        assertThat(order(policy("aaa", "2026-01-01T00:00:00Z", winner), policy("zzz", "2026-03-01T00:00:00Z", loser)))
                .startsWith("aaa");
    }

    @ParameterizedTest(name = "{0} of {1} before {2} of {3}")
    @CsvSource({
        "zzz, 2026-01-01T00:00:00Z, aaa, 2026-01-01T00:00:01Z",
        "zzz, 2026-01-01T01:00:00+02:00, aaa, 2026-01-01T00:00:00Z",
        "aaa, 2026-01-01T00:00:00Z, zzz, 2026-01-01T00:00:00Z",
        "zzz, 2026-01-01T00:00:00Z, aaa, ",
        "zzz, 2026-01-01T00:00:00Z, aaa, yesterday",
        "aaa, , zzz, "
    })
    void olderPolicyThenFirstByNameWins(String winner, String winnerAge, String loser, String loserAge) {
        var sameRank = "sourceCIDRs: [10.0.0.0/8]";
        var otherwise = "sourceCIDRs: [192.0.2.0/24]";

        assertThat(order(policy(winner, winnerAge, sameRank), policy(loser, loserAge, otherwise)))
                .containsExactly(winner, loser);
    }

    @ParameterizedTest
    @CsvSource({"first, second", "zzz, aaa"})
    void orderInThePolicyDecidesLast(String first, String second) {
        var rules =
                "[{name: %s, matches: [{sourceCIDRs: [10.0.0.0/8]}], deny: {}}, {name: %s, matches: [{sourceCIDRs: [192.0.2.0/24]}], deny: {}}]"
                        .formatted(first, second);

        assertThat(matches(policyWithRules("policy", null, rules)))
                .extracting(MatchPlan::rule)
                .containsExactly("ai/policy/" + first, "ai/policy/" + second);
    }

    /** Names of the policies, the winner first. Both orders of the input must give the same result. */
    private static List<String> order(String one, String other) {
        var order = policies(matches(one + other));
        assertThat(policies(matches(other + one))).isEqualTo(order);
        return order;
    }

    private static List<String> policies(List<MatchPlan> matches) {
        return matches.stream().map(match -> match.rule().split("/")[1]).toList();
    }

    private static List<MatchPlan> matches(String policies) {
        var dataPath = """
                kind: DataPath
                metadata: {name: training, namespace: ai}
                spec: {listeners: [{name: s3, protocol: HTTP, port: 9000}]}
                """;
        return Compiler.compile(World.of(dataPath + policies).resources(null))
                .plan()
                .listeners()
                .getFirst()
                .matches();
    }

    private static String policy(String name, String created, String match) {
        return policyWithRules(name, created, "[{name: rule, matches: [{%s}], deny: {}}]".formatted(match));
    }

    private static String policyWithRules(String name, String created, String rules) {
        return """
                ---
                kind: RoutingPolicy
                metadata: {name: %s, namespace: ai%s}
                spec: {targetRefs: [{name: training}], rules: %s}
                """.formatted(name, created == null ? "" : ", creationTimestamp: \"" + created + "\"", rules);
    }
}
