package dev.datapath.e2e.bench;

import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.e2e.k3s.Site;
import dev.datapath.e2e.rig.Patience;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The RoutingPolicies of a site: many that stay as they are, and one whose only rule is changed. */
final class ClusterRules {
    /** The bucket that the changed rule is about. */
    static final String BUCKET = "probed";

    private static final String CHANGED = "changed";
    private static final String HEAD = """
            apiVersion: datapath.dev/v1alpha1
            kind: RoutingPolicy
            metadata: {name: %s}
            spec:
              targetRefs: [{group: datapath.dev, kind: DataPath, name: training}]
              rules:
            """;

    private final KubernetesClient client;
    private final Site site;
    private boolean slowDown;

    ClusterRules(KubernetesClient client, Site site) {
        this.client = client;
        this.site = site;
    }

    /** Applies the policy that is changed, changed. Returns the status that gateways answer with from now on. */
    int change() {
        slowDown = !slowDown;
        site.apply(HEAD.formatted(CHANGED)
                + "  - {name: probed, matches: [{buckets: [%s]}], deny: {code: %s}}\n"
                        .formatted(BUCKET, slowDown ? "SlowDown" : "AccessDenied"));
        return slowDown ? 503 : 403;
    }

    /** Has so many policies there be, with so many rules in each, besides the one that is changed. All rules are in force when this returns. */
    void fill(int policies, int rulesPerPolicy) {
        for (int i = 0; i < policies; i++) {
            int first = i * rulesPerPolicy;
            site.apply(HEAD.formatted(name(i))
                    + IntStream.range(first, first + rulesPerPolicy)
                            .mapToObj(rule ->
                                    "  - {name: rule-%1$d, matches: [{buckets: [%2$s]}], pools: [{name: store}]}\n"
                                            .formatted(rule, Manifests.bucket(rule)))
                            .collect(Collectors.joining()));
        }
        Patience.await(policies + " policies are in force", 500, () -> inForce() == policies + 1);
    }

    /** Only the one that is changed stays. */
    void clear() {
        policies().list().getItems().stream()
                .filter(policy -> !policy.getMetadata().getName().equals(CHANGED))
                .forEach(policy -> policies().resource(policy).delete());
    }

    private long inForce() {
        return policies().list().getItems().stream()
                .filter(policy -> policy.getStatus() != null
                        && policy.getStatus().ancestors().stream()
                                .flatMap(ancestor -> ancestor.conditions().stream())
                                .anyMatch(condition -> condition.getType().equals("Programmed")
                                        && condition.getStatus().equals("True")))
                .count();
    }

    private NonNamespaceOperation<RoutingPolicy, KubernetesResourceList<RoutingPolicy>, Resource<RoutingPolicy>>
            policies() {
        return client.resources(RoutingPolicy.class).inNamespace(site.namespace());
    }

    private static String name(int number) {
        return String.format(Locale.ROOT, "rules-%04d", number);
    }
}
