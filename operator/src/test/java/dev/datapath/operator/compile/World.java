package dev.datapath.operator.compile;

import com.fasterxml.jackson.databind.JsonNode;
import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.ServiceLevelObjective;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.model.Decisions;
import dev.datapath.operator.model.Decisions.Decision;
import dev.datapath.operator.model.Decisions.Node;
import dev.datapath.operator.model.Decisions.NodeWeight;
import dev.datapath.operator.model.Decisions.Terms;
import dev.datapath.operator.plan.GatewayPlan;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A set of objects from YAML. Next to Kubernetes objects there can be a document of kind {@code World}, with {@code now},
 * {@code hosts} and {@code services}: {@code {name: {endpoints: [...], failure: text}}}, and {@code weights}:
 * {@code [{pool, node, percent}]} for decisions on nodes.
 */
public final class World {
    private final List<DataPath> dataPaths = new ArrayList<>();
    private final List<StoragePool> pools = new ArrayList<>();
    private final List<RoutingPolicy> policies = new ArrayList<>();
    private final List<ServiceLevelObjective> objectives = new ArrayList<>();
    private final List<Secret> secrets = new ArrayList<>();
    private final List<ConfigMap> configMaps = new ArrayList<>();
    private Discovery discovery = Discovery.NONE;
    private Instant now = TestCertificates.NOW;
    private Environment environment = Environment.CLUSTER;
    private final List<Decision> decisions = new ArrayList<>();

    private World() {}

    public static World of(String yaml) {
        var world = new World();
        for (var document : TestCertificates.INSTANCE.fillIn(yaml).split("(?m)^---\\s*$")) {
            var node = Serialization.unmarshal(document, JsonNode.class);
            if (node != null && node.has("kind")) {
                world.add(node.get("kind").asText(), document, node);
            }
        }
        return world;
    }

    /** @param inForce null for none */
    public ResourceSet resources(GatewayPlan inForce) {
        return resourcesAfter(LastGood.of(inForce));
    }

    public ResourceSet resourcesAfter(LastGood lastGood) {
        return new ResourceSet(
                        dataPaths.getFirst(),
                        pools,
                        policies,
                        objectives,
                        secrets,
                        configMaps,
                        discovery,
                        lastGood,
                        now,
                        environment)
                .with(new Decisions(decisions));
    }

    List<DataPath> dataPaths() {
        return dataPaths;
    }

    List<StoragePool> pools() {
        return pools;
    }

    List<RoutingPolicy> policies() {
        return policies;
    }

    List<ServiceLevelObjective> objectives() {
        return objectives;
    }

    private void add(String kind, String document, JsonNode node) {
        switch (kind) {
            case "DataPath" -> dataPaths.add(Serialization.unmarshal(document, DataPath.class));
            case "StoragePool" -> pools.add(Serialization.unmarshal(document, StoragePool.class));
            case "RoutingPolicy" -> policies.add(Serialization.unmarshal(document, RoutingPolicy.class));
            case "ServiceLevelObjective" ->
                objectives.add(Serialization.unmarshal(document, ServiceLevelObjective.class));
            case "Secret" -> secrets.add(Serialization.unmarshal(document, Secret.class));
            case "ConfigMap" -> configMaps.add(Serialization.unmarshal(document, ConfigMap.class));
            case "World" -> {
                discovery = new Discovery(lookups(node.path("hosts")), lookups(node.path("services")));
                if (node.path("standalone").asBoolean()) {
                    environment = Environment.STANDALONE;
                }
                if (node.has("now")) {
                    now = Instant.parse(node.get("now").asText());
                }
                node.path("weights")
                        .forEach(weight -> decisions.add(new NodeWeight(
                                new Node(
                                        weight.path("pool").asText(),
                                        weight.path("node").asText()),
                                weight.path("percent").asDouble(),
                                new Terms("decided", now, now, now.plusSeconds(60)))));
            }
            default -> throw new IllegalArgumentException("no kind " + kind);
        }
    }

    private static Map<String, Discovery.Lookup> lookups(JsonNode names) {
        var lookups = new HashMap<String, Discovery.Lookup>();
        names.fields().forEachRemaining(entry -> {
            var endpoints = new ArrayList<Discovery.Endpoint>();
            entry.getValue()
                    .path("endpoints")
                    .forEach(endpoint -> endpoints.add(new Discovery.Endpoint(
                            endpoint.path("name")
                                    .asText(endpoint.path("address").asText()),
                            endpoint.path("address").asText(),
                            endpoint.path("port").asInt(),
                            endpoint.path("zone").asText(""))));
            lookups.put(
                    entry.getKey(),
                    new Discovery.Lookup(
                            endpoints, entry.getValue().path("failure").asText(null)));
        });
        return lookups;
    }
}
