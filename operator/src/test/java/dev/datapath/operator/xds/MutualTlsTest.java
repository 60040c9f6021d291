package dev.datapath.operator.xds;

import static dev.datapath.operator.xds.ResourceType.CLUSTER;
import static dev.datapath.operator.xds.ScriptedEnvoy.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Status;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("tier2")
class MutualTlsTest {
    private static final String URI = "datapath://" + XdsFixture.PATH;

    private final TestAuthority authority = new TestAuthority("first");
    private final XdsTls tls = tls();

    @RegisterExtension
    private final XdsFixture xds = new XdsFixture(server -> server.tls(tls));

    @Test
    void a_gateway_with_the_certificate_of_its_data_path_is_served() {
        xds.publish(Samples.gateway("a"));
        var envoy = connect(authority.credentials(authority.uri(URI)));
        envoy.ask(CLUSTER);
        assertThat(names(envoy.expectAndAck(CLUSTER))).containsExactly("a");
    }

    @Test
    void a_gateway_with_the_certificate_of_another_data_path_is_refused() {
        xds.publish(Samples.gateway("a"));
        var envoy = connect(authority.credentials(authority.uri("datapath://team-b/logs")));
        envoy.ask(CLUSTER);
        assertThat(envoy.awaitEnd().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(xds.log).containsExactly("refused: the certificate does not name DataPath team-a/images");
        assertThat(xds.sync().gateways()).isEmpty();
    }

    @Test
    void a_dns_name_that_reads_like_the_uri_does_not_help() {
        xds.publish(Samples.gateway("a"));
        var envoy = connect(authority.credentials(authority.dns("images.team-a")));
        envoy.ask(CLUSTER);
        assertThat(envoy.awaitEnd().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    }

    @Test
    void a_client_without_a_certificate_or_with_a_strange_one_gets_no_connection() {
        xds.publish(Samples.gateway("a"));
        for (var credentials : new ChannelCredentials[] {
            authority.credentials(null),
            authority.credentials(new TestAuthority("strange").uri(URI)),
            InsecureChannelCredentials.create()
        }) {
            var envoy = connect(credentials);
            envoy.ask(CLUSTER);
            assertThat(envoy.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        }
        assertThat(xds.log).isEmpty();
    }

    @Test
    void a_new_authority_takes_over_while_streams_stay() throws Exception {
        xds.publish(Samples.gateway("a"));
        var old = connect(authority.credentials(authority.uri(URI)));
        old.startUp("main", "a");

        var next = new TestAuthority("second");
        tls.trust(new X509Certificate[] {authority.certificate(), next.certificate()});
        var overlap = connect(authority.credentials(next.uri(URI)));
        overlap.ask(CLUSTER);
        overlap.expectAndAck(CLUSTER);

        var server = next.dns("xds.local");
        tls.rotate(server.chain(), server.key());
        tls.trust(new X509Certificate[] {next.certificate()});
        var rotated = connect(next.credentials(next.uri(URI)));
        rotated.ask(CLUSTER);
        rotated.expectAndAck(CLUSTER);
        var late = connect(next.credentials(authority.uri(URI)));
        late.ask(CLUSTER);
        assertThat(late.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);

        var snapshot = Samples.gatewayWith(Samples.snapshot(), 2, "a");
        xds.publish(snapshot);
        old.expectAndAck(CLUSTER);
        old.expectAndAck(ResourceType.ENDPOINT);
        await().until(() -> xds.log.contains("acknowledged CLUSTER " + snapshot.version(CLUSTER)));
    }

    @Test
    void clear_text_is_for_loopback_only() {
        assertThatThrownBy(() -> XdsServer.builder(new SnapshotStore())
                        .address("0.0.0.0", 0)
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("loopback");
    }

    private ScriptedEnvoy connect(ChannelCredentials credentials) {
        return xds.track(new ScriptedEnvoy(xds.server().port(), XdsFixture.PATH, "gateway-1", credentials, true));
    }

    private XdsTls tls() {
        var server = authority.dns("xds.local");
        try {
            return new XdsTls(server.chain(), server.key(), new X509Certificate[] {authority.certificate()});
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
