package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.Manifests;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real Envoy refuses what rules refuse, however it is spelled. What no rule takes finds no pool: 404. */
@Rig.Test
class SpellingsTest {

    @ParameterizedTest
    @CsvSource({
        "GET, /spelled/data/private/x, 403",
        "GET, /spelled/data/%70rivate/x, 403",
        "GET, /spelled/data%2fprivate/x, 403",
        "GET, /spelled/data//private/x, 403",
        "GET, /spelled//data/private/x, 403",
        "GET, /spelled/dt=2026/x, 403",
        "GET, /spelled/dt%3D2026/x, 403",
        "GET, /spelled/data/private, 404",
        "GET, /spelled/data/x//y, 404",
        "GET, /spelled/data/%78, 404",
        "POST, /spelled?delete=, 403",
        "POST, /spelled?%64elete=, 400",
        "POST, /spelled?x=1&delet%65, 400",
        "POST, /spelled?%64%65%6C%65%74%65, 400",
        "GET, /spelled?list%2Dtype=2, 400",
        "GET, /spelled?x%5B%5D=1, 404",
        "GET, /spelled?list-type=2&x%5Fy=1&user%2Did=2, 404",
        "GET, /spelled/k?%66oo=1, 404",
        "GET, /spelled?prefix=data%2Fprivate%2F, 404",
        "GET, /spelled%2Fdata/private/x, 400",
        "GET, //spelled/data/private/x, 400",
    })
    void a_rule_sees_every_spelling(String method, String target, int status, Rig rig) throws IOException {
        rig.gateway().policy("spellings", Manifests.policy("spellings", """
                - name: spelled
                  matches:
                  - {buckets: [spelled], keyPrefix: data/private/}
                  - {buckets: [spelled], keyPrefix: dt=2026/}
                  - {buckets: [spelled], operations: [DeleteObjects]}
                  deny: {code: AccessDenied}
                - name: within
                  matches: [{buckets: [spelled], keyPrefix: data/}]
                  deny: {code: NoSuchBucket}
                """));
        try (var client = rig.connect()) {
            assertThat(client.request(method, target, "Content-Length: 0")
                            .answerTo(method)
                            .status())
                    .isEqualTo(status);
        }
    }
}
