package dev.datapath.e2e.k3s;

import static dev.datapath.e2e.k3s.Workbench.one;
import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.infra.cluster.ApplyResult;
import dev.datapath.operator.infra.cluster.ApplyResult.Obstacle;
import dev.datapath.operator.infra.cluster.ApplyResult.Obstacle.Kind;
import dev.datapath.operator.infra.cluster.ObjectLookup;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the applier leaves alone: what is somebody else's, or has changed since it looked. */
@K3s.Test
class ForeignObjectsTest extends ApplierTest {
    @Test
    void anObjectOfSomebodyElseIsLeftAloneAndNamed() {
        var foreign = bench.client()
                .resource(new ServiceBuilder()
                        .withNewMetadata()
                        .withName(NAME)
                        .withNamespace(bench.namespace())
                        .endMetadata()
                        .withNewSpec()
                        .addNewPort()
                        .withPort(1)
                        .endPort()
                        .endSpec()
                        .build())
                .create();
        var objects = bench.golden("minimal");

        assertThat(bench.apply(objects))
                .isEqualTo(
                        new ApplyResult(
                                objects.size() - 1,
                                0,
                                List.of(
                                        new Obstacle(
                                                Kind.NotOurs,
                                                "Service " + bench.namespace() + "/" + NAME
                                                        + " exists and does not belong to DataPath "
                                                        + bench.namespace()
                                                        + "/training, so it is not changed: delete it, or rename one of the two objects"))));
        assertThat(bench.now(Service.class, NAME)).isEqualTo(foreign);
    }

    @Test
    void anObjectOfAnEarlierOwnerOfTheSameNameIsNotOurs() {
        var objects = bench.golden("minimal");
        bench.apply(objects);
        bench.edit(Service.class, NAME, service -> {
            var owner = service.getMetadata().getOwnerReferences().getFirst();
            owner.setUid("another");
            // The garbage collector deletes what an owner left behind, but not where it does not know the owner's kind.
            owner.setApiVersion("datapath.dev/unknown");
        });

        assertThat(bench.apply(bench.golden("minimal")).obstacles())
                .extracting(Obstacle::kind)
                .containsExactly(Kind.NotOurs);
        assertThat(bench.apply(bench.golden("autoscaling")).obstacles())
                .extracting(Obstacle::kind)
                .containsExactly(Kind.NotOurs);
    }

    @Test
    void anObjectThatSomebodyElsePutInPlaceOfOursMeanwhileIsLeftAlone() {
        bench.apply(bench.golden("minimal"));
        var ours = bench.now(ConfigMap.class, NAME + "-bootstrap");
        bench.client().resource(ours).delete();
        var foreign = bench.client()
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName(NAME + "-bootstrap")
                        .withNamespace(bench.namespace())
                        .endMetadata()
                        .build())
                .create();
        var changed = bench.golden("minimal").stream()
                .filter(ConfigMap.class::isInstance)
                .map(ConfigMap.class::cast)
                .peek(files -> files.getData().put("bootstrap.json", "[]"))
                .toList();

        var result = bench.apply(knowing(ours, List.of()), changed);

        assertThat(result.obstacles()).extracting(Obstacle::kind).containsExactly(Kind.Changed);
        assertThat(result.again()).isTrue();
        assertThat(bench.now(ConfigMap.class, NAME + "-bootstrap")).isEqualTo(foreign);
    }

    @Test
    void anObjectThatWasDeletedMeanwhileIsMadeAtTheNextAttempt() {
        bench.apply(bench.golden("minimal"));
        var ours = bench.now(ConfigMap.class, NAME + "-bootstrap");
        bench.client().resource(ours).delete();
        ours.getData().clear();
        var wanted = bench.golden("minimal").stream()
                .filter(ConfigMap.class::isInstance)
                .toList();

        assertThat(bench.apply(knowing(ours, List.of()), wanted).again()).isTrue();

        assertThat(bench.apply(bench.golden("minimal")).written()).isEqualTo(1);
    }

    @Test
    void aLeftoverThatChangedMeanwhileIsNotDeleted() {
        bench.apply(bench.golden("autoscaling"));
        var seen = bench.now(HorizontalPodAutoscaler.class, NAME);
        bench.edit(
                HorizontalPodAutoscaler.class,
                NAME,
                autoscaler -> autoscaler.getMetadata().setOwnerReferences(List.of()));

        assertThat(bench.apply(knowing(null, List.of(seen)), List.of()).obstacles())
                .extracting(Obstacle::kind)
                .containsExactly(Kind.Changed);

        assertThat(bench.now(HorizontalPodAutoscaler.class, NAME)).isNotNull();
    }

    /** Caches that hold this and nothing else. */
    private static ObjectLookup knowing(HasMetadata one, List<HasMetadata> made) {
        return new ObjectLookup() {
            @Override
            public Optional<HasMetadata> find(HasMetadata like) {
                return Optional.ofNullable(one);
            }

            @Override
            public List<HasMetadata> madeFor(HasMetadata owner) {
                return made;
            }
        };
    }
}
