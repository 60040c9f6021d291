package dev.datapath.operator.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.GoldenCase;
import dev.datapath.operator.compile.Compiler;
import dev.datapath.operator.compile.World;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A sample of the requests of {@link DenyPropertyTest} with the results of {@link RouteInterpreter}. A test of the e2e module sends
 * the same requests to a real Envoy. So the property is verified with Envoy, and not only with our interpreter.
 */
class DenySampleGoldenTest {
    private static final int TABLES = 30;
    private static final int REQUESTS = 60;
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT, SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    /** A policy, and the requests that its gateway forwards. */
    record Table(String rules, List<Case> requests) {}

    /** One request. Repeated headers are separated by line feeds. */
    record Case(String method, String host, String target, Map<String, String> headers, boolean passes) {}

    @Test
    void sampleMatchesTheInterpreter() throws JsonProcessingException {
        var tables = Stream.iterate(1L, seed -> seed + 1)
                .limit(TABLES)
                .map(DenySampleGoldenTest::table)
                .toList();

        assertThat(tables.stream().flatMap(table -> table.requests().stream()).map(Case::passes))
                .contains(true, false);
        GoldenCase.of("wire").expect("denies.json", JSON.writeValueAsString(tables) + "\n");
    }

    private static Table table(long seed) {
        var random = new Random(seed);
        var rules = rules(DenyPropertyTest.matches(random));
        var table = routes(rules);
        var requests = new ArrayList<Case>();
        for (int i = 0; i < REQUESTS; i++) {
            var request = DenyPropertyTest.request(random);
            requests.add(new Case(
                    request.method(),
                    request.authority(),
                    request.path(),
                    request.headers(),
                    !table.route(request).startsWith("guard/") && !table.denies(request)));
        }
        return new Table(rules, requests);
    }

    private record Routes(RouteInterpreter interpreter, GatewayPlan plan) {
        String route(RouteInterpreter.Request request) {
            return interpreter.route(request);
        }

        boolean denies(RouteInterpreter.Request request) {
            var route = route(request);
            return plan.rules().stream()
                    .anyMatch(rule -> rule.id().equals(route) && rule.action() instanceof RulePlan.Deny);
        }
    }

    private static Routes routes(String rules) {
        var plan = Compiler.compile(World.of("""
                        kind: DataPath
                        metadata: {name: rig, namespace: rig}
                        spec:
                          listeners: [{name: s3, protocol: HTTP, port: 9000, baseDomains: [%s]}]
                          poolRef: {name: store}
                        ---
                        kind: StoragePool
                        metadata: {name: store, namespace: rig}
                        spec: {nodes: {static: [{name: node-1, address: 10.0.0.1, port: 9000}]}}
                        ---
                        kind: RoutingPolicy
                        metadata: {name: sample, namespace: rig}
                        spec:
                          targetRefs: [{name: rig}]
                          rules:
                        %s""".formatted(DenyPropertyTest.BASE, rules.indent(2)))
                        .resources(null))
                .plan();
        var byId = plan.rules().stream().collect(Collectors.toMap(RulePlan::id, Function.identity()));
        return new Routes(
                new RouteInterpreter(new RouteTable(
                                plan.listeners().getFirst(),
                                byId,
                                Map.of(),
                                new RouteCache(),
                                RouteTable.MAX_PLAIN_ROUTES)
                        .render()
                        .of("s3", false)
                        .message()),
                plan);
    }

    /** The matches as rules of a policy, one for each. */
    private static String rules(List<MatchPlan> matches) {
        var text = new StringBuilder();
        for (int i = 0; i < matches.size(); i++) {
            var match = matches.get(i);
            var conditions = new ArrayList<String>();
            switch (match.bucket()) {
                case BucketMatch.Any any -> {}
                case BucketMatch.Prefix(var prefix) -> conditions.add("buckets: [\"" + prefix + "*\"]");
                case BucketMatch.Exact(var name) -> conditions.add("buckets: [" + name + "]");
            }
            if (!match.keyPrefix().isEmpty()) {
                conditions.add("keyPrefix: '" + match.keyPrefix() + "'");
            }
            if (!match.operations().isEmpty()) {
                conditions.add("operations: "
                        + match.operations().stream().map(S3Operation::name).toList());
            }
            if (!match.headers().isEmpty()) {
                conditions.add(match.headers().stream()
                        .map(header -> "{name: " + header.name() + ", value: \"" + header.value() + "\"}")
                        .collect(Collectors.joining(", ", "headers: [", "]")));
            }
            if (!match.sourceCidrs().isEmpty()) {
                conditions.add("sourceCIDRs: " + match.sourceCidrs());
            }
            text.append("- name: r").append(i).append('\n');
            if (!conditions.isEmpty()) {
                text.append("  matches: [{")
                        .append(String.join(", ", conditions))
                        .append("}]\n");
            }
            text.append(match.rule().equals("deny") ? "  deny: {}\n" : "  pools: [{name: store}]\n");
        }
        return text.toString();
    }
}
