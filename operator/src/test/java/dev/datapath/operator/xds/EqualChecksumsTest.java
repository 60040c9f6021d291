package dev.datapath.operator.xds;

import static dev.datapath.operator.xds.ResourceType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.math.BigInteger;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A change that common checksums do not detect is delivered. */
@Tag("tier2")
class EqualChecksumsTest {
    /** Generator polynomials, the term of highest degree first. */
    private static final BigInteger IEEE = new BigInteger("104C11DB7", 16);

    private static final BigInteger CASTAGNOLI = new BigInteger("11EDC6F41", 16);

    @RegisterExtension
    private final XdsFixture xds = new XdsFixture();

    @Test
    void aChangeThatKeepsLengthAndChecksumsIsDelivered() {
        var first = new byte[64];
        var second = first.clone();
        var multiple = product(IEEE, CASTAGNOLI);
        for (int i = 0; i < multiple.bitLength(); i++) {
            // Both checksums process the lowest bit of each byte first.
            if (multiple.testBit(multiple.bitLength() - 1 - i)) {
                second[8 + i / 8] ^= (byte) (1 << i % 8);
            }
        }
        var before = snapshot(first);
        var after = snapshot(second);
        assertThat(checksum(new CRC32(), before)).isEqualTo(checksum(new CRC32(), after));
        assertThat(checksum(new CRC32C(), before)).isEqualTo(checksum(new CRC32C(), after));
        assertThat(before.version()).isNotEqualTo(after.version());

        xds.publish(before);
        var envoy = xds.connect();
        envoy.startUp("main", "a");
        await().until(() -> xds.sync().synced(before.version()));
        xds.publish(after);
        assertThat(envoy.expectAndAck(ROUTE).getResources(0))
                .isEqualTo(after.of(ROUTE).get("main").any());
        await().until(() -> xds.sync().synced(after.version()));
    }

    private static Snapshot snapshot(byte[] body) {
        return Samples.snapshot()
                .add(Samples.cluster("a", 1))
                .add(Samples.endpoints("a", 9001))
                .add(Samples.listener("s3", "main"))
                .add(Resource.of(
                        RouteConfiguration.newBuilder()
                                .setName("main")
                                .addVirtualHosts(VirtualHost.newBuilder()
                                        .setName("all")
                                        .addDomains("*")
                                        .addRoutes(Route.newBuilder()
                                                .setMatch(
                                                        RouteMatch.newBuilder().setPrefix("/"))
                                                .setDirectResponse(DirectResponseAction.newBuilder()
                                                        .setStatus(200)
                                                        .setBody(DataSource.newBuilder()
                                                                .setInlineBytes(ByteString.copyFrom(body))))))
                                .build(),
                        Set.of()))
                .build();
    }

    private static long checksum(Checksum checksum, Snapshot snapshot) {
        checksum.update(snapshot.of(ROUTE).get("main").any().getValue().toByteArray());
        return checksum.getValue();
    }

    /** Remainder of polynomials over bits. */
    private static BigInteger product(BigInteger left, BigInteger right) {
        var product = BigInteger.ZERO;
        for (int i = 0; i < right.bitLength(); i++) {
            if (right.testBit(i)) {
                product = product.xor(left.shiftLeft(i));
            }
        }
        return product;
    }
}
