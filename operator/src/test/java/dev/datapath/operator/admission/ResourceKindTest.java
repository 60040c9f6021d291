package dev.datapath.operator.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Admission against a CRD that uses every feature of structural schemas and CEL rules. */
class ResourceKindTest {
    private static final ResourceKind WIDGET = widget();

    private @Nullable Map<String, Object> old;

    @Test
    void missingFieldsGetTheirDefaults() {
        assertThat(admitted("byName: {x: {}}, parts: [{name: a}], limits: {}"))
                .isEqualTo(tree(
                        "mode: Fast, kept: x, byName: {x: {active: true}}, parts: [{name: a, side: left, weight: 1}],"
                                + " limits: {size: 3}, nested: {deep: [{a: 1, b: B}]}"));
    }

    @Test
    void missingSpecIsDefaulted() {
        Map<String, Object> widget = tree("apiVersion: test.dev/v1, kind: Widget, metadata: {name: w}");

        assertThat(WIDGET.admit(widget, null)).isEmpty();
        assertThat(widget.get("spec")).isEqualTo(tree("mode: Fast, kept: x, nested: {deep: [{a: 1, b: B}]}"));
        assertThat(widget.get("metadata")).isEqualTo(tree("name: w, namespace: default"));
    }

    @Test
    void nullFieldsAreDroppedUnlessNullable() {
        assertThat(admitted("mode: null, plain: null, kept: null, byName: {x: null}"))
                .isEqualTo(tree("mode: Fast, kept: null, byName: {}, nested: {deep: [{a: 1, b: B}]}"));
    }

    @Test
    void statusIsDroppedAndDefaulted() {
        Map<String, Object> widget =
                tree("apiVersion: test.dev/v1, kind: Widget, metadata: {name: w}, status: {phase: 7, x: y}");

        assertThat(WIDGET.admit(widget, null)).isEmpty();
        assertThat(widget).doesNotContainKey("status");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            mode: fast                          | spec.mode: "fast" is not supported; did you mean Fast? Allowed: Fast, Slow
            plain: 1                            | spec.plain: must be text but is the number 1; put it in quotes: "1"
            plain: true                         | spec.plain: must be text but is the boolean true; put it in quotes (YAML reads yes, no, on and off as booleans)
            limits: {size: "5"}                 | spec.limits.size: must be a whole number but is the text "5"; remove the quotes
            limits: {size: 5.5}                 | spec.limits.size: must be a whole number but is the number 5.5; write a whole number
            limits: {size: 0}                   | spec.limits.size: 0 is less than 1; write a number between 1 and 9
            limits: {ratio: 0}                  | spec.limits.ratio: 0 is not greater than 0; write a number of at least 0 (exclusive)
            limits: {ratio: 0.7}                | spec.limits.ratio: 0.7 is not a multiple of 0.5; write one
            limits: []                          | spec.limits: must be an object but is a list; write an object
            tags: one                           | spec.tags: must be a list but is the text "one"; start each item with a dash
            tags: [ab, cd, ab]                  | spec.tags[2]: "ab" is already at spec.tags[0]; remove one of them
            tags: [ab, null]                    | spec.tags[1]: is null; write text
            tags: [a]                           | spec.tags[0]: has 1 character; write at least 2 characters
            tags: [abcde]                       | spec.tags[0]: has 5 characters; write at most 4 characters
            tags: [ab, cd, ef, gh]              | spec.tags: has 4 items; write at most 3 items
            byName: {a: {}, b: {}, c: {}}       | spec.byName: has 3 entries; write at most 2 entries
            byName: {a.b: {active: 1}}              | spec.byName[a.b].active: must be true or false but is the number 1; write true or false
            parts: [{side: up}]                 | spec.parts[0].name: is missing; add "name:" with text
            parts: [{name: a}, {name: a}]       | spec.parts[1]: has the same name "a" and side "left" as spec.parts[0]; give each item its own name and side
            target: 1.5                         | spec.target: must be a whole number or text but is the number 1.5; write a whole number or text
            free: {known: x, other: y}          | spec.free.known: must be a whole number but is the text "x"; write a whole number
            either: {a: x, b: y}                | spec.either: an object matches 2 of the allowed forms; it must match exactly one
            wait: soon                          | spec.wait: "soon" is not valid; write a duration such as 250ms, 10s or 1h30m
            until: tomorrow                     | spec.until: "tomorrow" is not valid; write a time such as 2030-01-31T12:00:00Z
            limit: {size: 1}                    | spec.limit: unknown field; did you mean limits?
            namespace: root                     | spec: not the namespace root
            with-dash: 12                       | spec: with-dash is 12; write less than 10
            wait: 2h                            | spec: wait less than an hour
            until: 2029-01-01T00:00:00Z         | spec: too early
            share: 2                            | 'spec: failed rule: !has(self.share) || self.share < 1.5'
            limits: {size: 9}, tags: [ab]       | spec: too much
            plain: a-B                          | spec: lower case
            """)
    void violationsSayWhatToWriteInstead(String spec, String violation) {
        assertThat(violations(spec)).singleElement().hasToString(violation);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            target: 1
            target: text
            free: {anything: [1]}
            either: {b: y}
            limits: {size: 5.0, ratio: 2}
            namespace: other
            with-dash: 9
            wait: 59m
            until: 2030-06-01T00:00:00+02:00
            share: 1
            parts: [{name: a}, {name: a, side: right}]
            mode: Slow, plain: x
            """)
    void validObjectsAreAdmitted(String spec) {
        assertThat(violations(spec)).isEmpty();
    }

    @Test
    void ruleThatFailsToEvaluateRejectsTheObject() {
        assertThat(violations("mode: Slow"))
                .singleElement()
                .asString()
                .startsWith("spec: cannot be checked against the rule \"slow ones need plain\": ")
                .contains("plain");
    }

    @Test
    void rulesAreEvaluatedOnlyOnValidTypesAndBounds() {
        assertThat(violations("namespace: root, tags: [ab, cd, ef, gh]"))
                .extracting(Violation::toString)
                .containsExactly("spec.tags: has 4 items; write at most 3 items");
        assertThat(violations("namespace: root, tags: [a]"))
                .extracting(Violation::toString)
                .containsExactlyInAnyOrder(
                        "spec.tags[0]: has 1 character; write at least 2 characters", "spec: not the namespace root");
    }

    @Test
    void transitionRulesCompareWithTheAdmittedVersion() {
        old = stored("mode: Slow, plain: x, parts: [{name: a, weight: 5}, {name: b, weight: 1}]");

        assertThat(violations("plain: x, parts: [{name: c}, {name: b, weight: 2}, {name: a, weight: 4}]"))
                .extracting(Violation::toString)
                .containsExactly("spec.mode: mode cannot be changed", "spec.parts[2].weight: a part does not shrink");
        assertThat(violations("mode: Slow, plain: x, parts: [{name: b, weight: 1}]"))
                .isEmpty();
    }

    @Test
    void optionalOldValueIsEmptyForANewObject() {
        assertThat(violations("mode: Slow, plain: new"))
                .extracting(Violation::toString)
                .containsExactly("spec: not when new");
        old = stored("mode: Slow, plain: x");

        assertThat(violations("mode: Slow, plain: new")).isEmpty();
    }

    @Test
    void listOfErrorsIsTruncated() {
        StringBuilder tags = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            tags.append(i == 0 ? "" : ", ").append("t").append(i);
        }

        assertThat(violations("byName: {" + tags.toString().replace(",", ": 1,") + ": 1}"))
                .hasSize(Report.LIMIT + 1)
                .last()
                .hasToString("more errors are not listed; fix those above to see the rest");
    }

    private List<Violation> violations(String spec) {
        return WIDGET.admit(widget(spec), old);
    }

    private static Object admitted(String spec) {
        return stored(spec).get("spec");
    }

    private static Map<String, Object> stored(String spec) {
        Map<String, Object> widget = widget(spec);
        assertThat(WIDGET.admit(widget, null)).isEmpty();
        return widget;
    }

    private static Map<String, Object> widget(String spec) {
        return tree("apiVersion: test.dev/v1, kind: Widget, metadata: {name: w}, spec: {" + spec + "}");
    }

    private static Map<String, Object> tree(String fields) {
        return TestYaml.tree("{" + fields + "}");
    }

    private static ResourceKind widget() {
        InputStream crd = ResourceKindTest.class.getResourceAsStream("/admission/widgets.yaml");
        Map<String, Object> tree = new Yaml(new SafeConstructor(new LoaderOptions())).load(crd);
        return ApiCatalog.of(List.of(tree)).find("test.dev/v1", "Widget").orElseThrow();
    }
}
