package dev.datapath.operator.xds;

import static dev.datapath.operator.xds.ResourceType.CLUSTER;
import static dev.datapath.operator.xds.ResourceType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SnapshotTest {
    @Test
    void versions_are_the_same_in_every_process() {
        var snapshot = Snapshot.builder()
                .add(Cluster.newBuilder().setName("a").build())
                .build();
        assertThat(snapshot.version(CLUSTER)).isEqualTo("5c30012b780816536b04a23704383805");
        assertThat(snapshot.version(ROUTE)).isEqualTo("e3b0c44298fc1c149afbf4c8996fb924");
        assertThat(snapshot.version()).isEqualTo("acf950976615bd385c1aaedd634b806b");
    }

    @Test
    void the_order_of_adding_does_not_matter() {
        var one = Snapshot.builder().add(Samples.cluster("a", 1)).add(Samples.cluster("b", 1));
        var two = Snapshot.builder().add(Samples.cluster("b", 1)).add(Samples.cluster("a", 1));
        assertThat(one.build().version()).isEqualTo(two.build().version());
    }

    @Test
    void the_order_of_map_entries_does_not_matter() {
        var one = Cluster.newBuilder().setName("a");
        var two = Cluster.newBuilder().setName("a");
        for (int i = 0; i < 20; i++) {
            one.putTypedExtensionProtocolOptions("option-" + i, Any.getDefaultInstance());
            two.putTypedExtensionProtocolOptions("option-" + (19 - i), Any.getDefaultInstance());
        }
        assertThat(Snapshot.builder().add(one.build()).build().version())
                .isEqualTo(Snapshot.builder().add(two.build()).build().version());
    }

    @Test
    void another_name_type_or_content_is_another_version() {
        assertThat(Set.of(
                        Snapshot.builder().build().version(),
                        Snapshot.builder().add(Samples.cluster("a", 1)).build().version(),
                        Snapshot.builder().add(Samples.cluster("a", 2)).build().version(),
                        Snapshot.builder().add(Samples.cluster("b", 1)).build().version(),
                        Snapshot.builder()
                                .add(Samples.endpoints("a", 1))
                                .build()
                                .version()))
                .hasSize(5);
    }

    @Test
    void a_name_cannot_be_there_twice() {
        var snapshot = Snapshot.builder().add(Samples.cluster("a", 1));
        assertThatThrownBy(() -> snapshot.add(Samples.cluster("a", 2))).hasMessage("CLUSTER a is added twice");
    }
}
