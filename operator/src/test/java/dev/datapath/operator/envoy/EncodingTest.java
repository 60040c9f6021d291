package dev.datapath.operator.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.List;
import org.junit.jupiter.api.Test;

class EncodingTest {
    @Test
    void joinedFieldsAreTheMessage() throws Exception {
        var host = VirtualHost.newBuilder().setName("h").addDomains("*").build();
        var named = RouteConfiguration.newBuilder().setName("r").build();
        var joined = Encoding.join(
                Encoding.of(named),
                Encoding.of(host).shard().field(RouteConfiguration.VIRTUAL_HOSTS_FIELD_NUMBER),
                Encoding.of(host).field(RouteConfiguration.VIRTUAL_HOSTS_FIELD_NUMBER));
        assertThat(RouteConfiguration.parseFrom(joined.bytes()))
                .isEqualTo(named.toBuilder()
                        .addVirtualHosts(host)
                        .addVirtualHosts(host)
                        .build());
    }

    @Test
    void longFieldsHaveTheirLength() throws Exception {
        var name = "n".repeat(100_000);
        var bytes = Encoding.ofText(name)
                .field(RouteConfiguration.NAME_FIELD_NUMBER)
                .bytes();
        assertThat(RouteConfiguration.parseFrom(bytes).getName()).isEqualTo(name);
    }

    @Test
    void digestsDifferWithEachPiece() {
        var one =
                Encoding.join(Encoding.ofText("a").shard(), Encoding.ofText("b").shard());
        assertThat(List.of(
                        one.digest(),
                        Encoding.join(
                                        Encoding.ofText("b").shard(),
                                        Encoding.ofText("a").shard())
                                .digest(),
                        Encoding.join(
                                        Encoding.ofText("a").shard(),
                                        Encoding.ofText("c").shard())
                                .digest(),
                        Encoding.ofText("ab").digest(),
                        Encoding.join(Encoding.ofText("a"), Encoding.ofText("b"))
                                .digest(),
                        Encoding.EMPTY.digest()))
                .doesNotHaveDuplicates();
        assertThat(Encoding.join(
                                Encoding.ofText("a").shard(),
                                Encoding.ofText("b").shard())
                        .digest())
                .isEqualTo(one.digest());
    }
}
