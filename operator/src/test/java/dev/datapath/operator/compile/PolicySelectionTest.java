package dev.datapath.operator.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Policies that make a DataPath exceed the size limit. */
class PolicySelectionTest {
    private static final String DATA_PATH = """
            apiVersion: datapath.dev/v1alpha1
            kind: DataPath
            metadata: {name: training, namespace: ai}
            spec:
              listeners: [{name: s3, protocol: HTTP, port: 8080}]
              poolRef: {name: store}
            ---
            apiVersion: datapath.dev/v1alpha1
            kind: StoragePool
            metadata: {name: store, namespace: ai}
            spec: {nodes: {static: [{name: a, address: 10.0.0.1, port: 80}]}}
            """;

    private final StringBuilder yaml = new StringBuilder(DATA_PATH);

    @Test
    void oversizedPolicyIsLeftOutAndTheOthersApply() {
        policy("older", 1, 1, i -> forward(i, "{buckets: [one-bucket]}"));
        policy("product", 2, 8, i -> forward(i, buckets(i) + ", " + prefixes(i)));
        policy("younger", 3, 1, i -> forward(i, "{buckets: [other-bucket]}"));

        var compilation = compile();
        assertThat(rules(compilation)).containsExactlyInAnyOrder("ai/older/r0", "ai/younger/r0");
        assertThat(compilation.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.reason()).isEqualTo(Reason.TooLarge);
            assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR);
            assertThat(finding.object().name()).isEqualTo("product");
            assertThat(finding.field()).isEqualTo("spec.rules");
            assertThat(finding.message())
                    .contains("the policy is not applied", "the rules of a DataPath may take 24.0 MiB", "split");
        });
        assertThat(compilation.bytes()).isLessThan(100_000);
    }

    @Test
    void policyThatMultipliesBucketsOfAnotherIsLeftOut() {
        policy("prefixes", 1, 8, i -> forward(i, prefixes(i)));
        policy("buckets", 2, 8, i -> forward(i, buckets(i)));

        var compilation = compile();
        assertThat(tooLarge(compilation)).containsExactly("prefixes");
        assertThat(rules(compilation)).hasSize(8).allMatch(rule -> rule.startsWith("ai/buckets/"));
    }

    @Test
    void asManyModeratePoliciesApplyAsFit() {
        for (int p = 0; p < 4; p++) {
            int first = p * 1000;
            policy("p" + p, 1 + p, 25, i -> forward(i, keys(first + 20 * i, 20)));
        }
        var compilation = compile();
        assertThat(tooLarge(compilation)).hasSize(3);
        assertThat(rules(compilation)).isNotEmpty();
        assertThat(compilation.bytes()).isLessThan(ResourceSet.MOST_ROOM);
    }

    @Test
    void policyWithTooManyMatchesIsLeftOutBeforeCompilation() {
        policy("names", 1, 200, i -> forward(i, wide(i)));
        policy("small", 2, 1, i -> forward(i, "{buckets: [one-bucket]}"));

        var compilation = compile();
        assertThat(tooLarge(compilation)).containsExactly("names");
        assertThat(compilation.findings().getFirst().message()).contains("it has 12800 pairs of match and bucket");
        assertThat(rules(compilation)).containsExactly("ai/small/r0");
    }

    @Test
    void deniesOfALeftOutPolicyDenyTheirWholeBucketsFirst() {
        policy("product", 2, 8, i -> forward(i, buckets(i) + ", " + prefixes(i)));
        yaml.append("  - {name: closed, matches: [{buckets: [secret], operations: [PutObject]}], deny: {}}\n");
        policy("younger", 3, 1, i -> forward(i, "{buckets: [secret], keyPrefix: public/}"));

        var compilation = compile();
        assertThat(tooLarge(compilation)).containsExactly("product");
        var first = compilation.plan().listeners().getFirst().matches().getFirst();
        assertThat(first)
                .isEqualTo(new MatchPlan(
                        "ai/product/closed",
                        new BucketMatch.Exact("secret"),
                        "",
                        Set.of(),
                        List.of(),
                        List.of(),
                        List.of()));
        assertThat(compilation.plan().rules())
                .filteredOn(rule -> rule.id().equals("ai/product/closed"))
                .singleElement()
                .extracting(RulePlan::action)
                .isInstanceOf(RulePlan.Deny.class);
    }

    @Test
    void deniesForTooManyBucketsDenyEverything() {
        policy("names", 1, 200, i -> "  - {name: r" + i + ", matches: [" + wide(i) + "], deny: {}}");
        policy("small", 2, 1, i -> forward(i, "{buckets: ['one*']}"));

        var matches = compile().plan().listeners().getFirst().matches();
        assertThat(matches).last().satisfies(match -> {
            assertThat(match.rule()).startsWith("ai/names/");
            assertThat(match.bucket()).isEqualTo(new BucketMatch.Any());
            assertThat(match.unconditional()).isTrue();
        });
    }

    @Test
    void findingsOfOneObjectAreBounded() {
        policy(
                "unread",
                1,
                200,
                i -> forward(i, "{buckets: [one-" + i + "], operations: [x" + ", y".repeat(63) + "]}"));
        assertThat(compile().findings())
                .hasSizeLessThanOrEqualTo(300)
                .anySatisfy(finding -> assertThat(finding.message()).contains("more than 256 errors were found"));
    }

    private static List<String> rules(Compilation compilation) {
        return compilation.plan().rules().stream().map(RulePlan::id).toList();
    }

    private static List<String> tooLarge(Compilation compilation) {
        return compilation.findings().stream()
                .filter(finding -> finding.reason() == Reason.TooLarge)
                .map(finding -> finding.object().name())
                .toList();
    }

    private Compilation compile() {
        return Compiler.compile(World.of(yaml.toString()).resources(null));
    }

    private void policy(String name, int day, int rules, IntFunction<String> rule) {
        yaml.append("""
                ---
                apiVersion: datapath.dev/v1alpha1
                kind: RoutingPolicy
                metadata: {name: %s, namespace: ai, creationTimestamp: "2026-11-0%dT00:00:00Z"}
                spec:
                  targetRefs: [{group: datapath.dev, kind: DataPath, name: training}]
                  rules:
                """.formatted(name, day));
        IntStream.range(0, rules)
                .mapToObj(rule)
                .forEach(line -> yaml.append(line).append('\n'));
    }

    private static String forward(int number, String matches) {
        return "  - {name: r" + number + ", matches: [" + matches + "], pools: [{name: store}]}";
    }

    private static String buckets(int rule) {
        return join(rule, n -> "{buckets: [a-" + n + "], operations: [GetObject]}");
    }

    private static String prefixes(int rule) {
        return join(rule, n -> "{buckets: ['a*'], headers: [{name: x-h, value: v" + n + "}]}");
    }

    private static String keys(int first, int count) {
        return IntStream.range(first, first + count)
                .mapToObj(n -> "{buckets: [b-" + n + "], keyPrefix: " + "k".repeat(100) + "}")
                .collect(Collectors.joining(", "));
    }

    private static String wide(int rule) {
        return "{buckets: [" + join(rule, n -> "w-" + n) + "]}";
    }

    private static String join(int rule, IntFunction<String> text) {
        return IntStream.range(64 * rule, 64 * rule + 64).mapToObj(text).collect(Collectors.joining(", "));
    }
}
