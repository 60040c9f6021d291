package dev.datapath.operator.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.model.ConditionType;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.Finding.Severity;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.model.Reason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoundedFindingsTest {
    private static final ObjectRef DATA_PATH = new ObjectRef("DataPath", "n", "d");

    /** The quota that docs/security.md recommends for a namespace allows ten DataPaths with these policies. */
    @Test
    void findingsOfManySmallPoliciesTakeLittleMemory() {
        var findings = Compiler.compile(World.of(manyUnknownListeners()).resources(null))
                .findings();
        assertThat(characters(findings)).isLessThan(200_000);
        assertThat(findings)
                .filteredOn(finding -> finding.object().equals(DATA_PATH))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.severity()).isEqualTo(Severity.WARNING);
                    assertThat(finding.message()).containsPattern("[0-9]+ other findings are not listed");
                });
        assertThat(findings.stream()
                        .filter(finding -> finding.severity() == Severity.ERROR)
                        .map(finding -> finding.object().name()))
                .contains(IntStream.range(0, 50).mapToObj(i -> "p" + i).toArray(String[]::new));
    }

    @Test
    void aMessageNamesTheFirstListenersOnly() {
        var findings = Compiler.compile(World.of(manyUnknownListeners()).resources(null))
                .findings();
        assertThat(findings)
                .filteredOn(finding -> finding.message().startsWith("the DataPath has no listener"))
                .first()
                .satisfies(finding -> assertThat(finding.message())
                        .contains("write one of l0-")
                        .contains("and 12 more; until then requests are denied at all of them"));
    }

    @Test
    void errorsDisplaceWarnings() {
        var findings = new BoundedFindings();
        for (int i = 0; i < 1000; i++) {
            findings.add(finding("a", Severity.WARNING, Reason.Invalid, i));
        }
        for (int i = 0; i < 100; i++) {
            findings.add(finding("b", Severity.ERROR, Reason.Invalid, i));
        }
        assertThat(findings)
                .filteredOn(finding -> finding.severity() == Severity.ERROR)
                .hasSize(100);
        int left = 1100 - findings.size();
        assertThat(left).isPositive();
        assertThat(findings.listed(DATA_PATH))
                .hasSize(findings.size() + 1)
                .isSorted()
                .first()
                .satisfies(finding -> assertThat(finding.message()).contains(left + " other findings are not listed"));
    }

    @Test
    void eachObjectKeepsAnErrorOfEachCondition() {
        var findings = new BoundedFindings();
        for (int i = 0; i < 1000; i++) {
            findings.add(finding("a", Severity.ERROR, Reason.Invalid, i));
        }
        findings.add(finding("z", Severity.ERROR, Reason.Invalid, 0));
        findings.add(finding("z", Severity.ERROR, Reason.Invalid, 1));
        findings.add(finding("z", Severity.ERROR, Reason.PoolNotFound, 2));
        assertThat(findings)
                .filteredOn(finding -> finding.object().name().equals("z"))
                .extracting(finding -> finding.reason().condition())
                .containsExactlyInAnyOrder(ConditionType.Accepted, ConditionType.ResolvedRefs);
    }

    @Test
    void theOrderOfFindingsDoesNotMatter() {
        var all = new ArrayList<Finding>();
        for (int i = 0; i < 2000; i++) {
            all.add(finding("o" + i % 7, Severity.values()[i % 2], Reason.values()[i % 9], i / 2));
        }
        var first = new BoundedFindings();
        first.addAll(all);
        var random = new Random(1);
        for (int i = 0; i < 20; i++) {
            Collections.shuffle(all, random);
            var next = new BoundedFindings();
            next.addAll(all);
            assertThat(next.listed(DATA_PATH)).isEqualTo(first.listed(DATA_PATH));
        }
    }

    @Test
    void fewFindingsAreAllListed() {
        var findings = new BoundedFindings();
        var error = finding("a", Severity.ERROR, Reason.Invalid, 1);
        assertThat(findings.add(error)).isTrue();
        assertThat(findings.add(error)).isFalse();
        assertThat(findings.listed(DATA_PATH)).containsExactly(error);
    }

    @Test
    void anErrorOfAnotherConditionIsReportedAfterManyOfTheFirst() {
        var findings = new BoundedFindings();
        var at = Report.on(DATA_PATH, findings);
        for (int i = 0; i < 300; i++) {
            at.item("list", i).error(Reason.Invalid, "wrong");
        }
        at.field("poolRef").error(Reason.PoolNotFound, "no such pool");
        assertThat(findings).anySatisfy(finding -> assertThat(finding.reason()).isEqualTo(Reason.PoolNotFound));
        assertThat(findings)
                .filteredOn(finding -> finding.message().startsWith("more than 256"))
                .hasSize(1);
    }

    @Test
    void aConflictAtSeveralListenersCountsOnce() {
        var policy = """
                ---
                apiVersion: datapath.dev/v1alpha1
                kind: RoutingPolicy
                metadata: {name: %s, namespace: n, creationTimestamp: "2026-10-01T00:00:00Z"}
                spec:
                  targetRefs: [{kind: DataPath, name: d}]
                  rules: [{name: r, deny: {}, matches: [{buckets: [%s]}]}]
                """;
        var buckets = IntStream.range(0, 64).mapToObj(i -> "bucket-" + i).collect(Collectors.joining(", "));
        var findings = Compiler.compile(
                        World.of(dataPath() + policy.formatted("p0", buckets) + policy.formatted("p1", buckets))
                                .resources(null))
                .findings();
        assertThat(findings)
                .filteredOn(finding -> finding.reason() == Reason.Conflicted)
                .hasSize(64);
        assertThat(findings).noneMatch(finding -> finding.message().startsWith("more than 256"));
    }

    private static Finding finding(String object, Severity severity, Reason reason, int i) {
        return new Finding(
                new ObjectRef("RoutingPolicy", "n", object),
                severity,
                reason,
                "spec.rules[" + i + "]",
                "x".repeat(400));
    }

    private static long characters(List<Finding> findings) {
        return findings.stream()
                .mapToLong(
                        finding -> finding.message().length() + finding.field().length())
                .sum();
    }

    private static String dataPath() {
        var listeners = IntStream.range(0, 16)
                .mapToObj(l -> "{name: l%d-%s, protocol: HTTP, port: %d}".formatted(l, "x".repeat(50), 8000 + l))
                .collect(Collectors.joining(", "));
        return """
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: d, namespace: n}
                spec: {listeners: [%s]}
                """.formatted(listeners);
    }

    private static String manyUnknownListeners() {
        return dataPath()
                + IntStream.range(0, 50)
                        .mapToObj(policy -> """
                                ---
                                apiVersion: datapath.dev/v1alpha1
                                kind: RoutingPolicy
                                metadata: {name: p%d, namespace: n}
                                spec:
                                  targetRefs: [{kind: DataPath, name: d}]
                                  rules:
                                  - name: r
                                    deny: {}
                                    matches: [%s]
                                """.formatted(policy, unknownListeners(policy)))
                        .collect(Collectors.joining());
    }

    private static String unknownListeners(int policy) {
        return IntStream.range(0, 16)
                .mapToObj(match -> "{buckets: [b%d], listeners: [%s]}"
                        .formatted(
                                match,
                                IntStream.range(0, 16)
                                        .mapToObj(l -> "u%d-%d-%d".formatted(policy, match, l))
                                        .collect(Collectors.joining(", "))))
                .collect(Collectors.joining(", "));
    }
}
