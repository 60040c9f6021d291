package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.e2e.rig.StandaloneGateway;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One deny alone at a gateway, so that no other rule stops what it should stop. */
@Tag("tier3")
class LoneDenyTest {
    @AutoClose
    private final ScriptedNode node = ScriptedNode.start();

    @AutoClose
    private final StandaloneGateway gateway =
            StandaloneGateway.start(1, port -> Manifests.dataPathOf(port, "s3.example.com", node.port()));

    /** MinIO sees no slash, and so no copy, in {@code %2f}. */
    @Test
    void anArchiveWithASourceThatIsNoneIsDeniedWhereKeysAre() throws IOException {
        assertThat(passing(
                        "{buckets: [bbb], keyPrefix: private/}",
                        "PUT /bbb/x|x-amz-meta-snowball-auto-extract: true|x-amz-copy-source: ooo%2fk",
                        "PUT /bbb/x|x-amz-meta-snowball-auto-extract: true|x-amz-copy-source: ooo/k",
                        "PUT /bbb/x|x-amz-meta-snowball-auto-extract: true"))
                .isEmpty();
        assertThat(passing("{buckets: [bbb], keyPrefix: private/}", "PUT /bbb/x|x-amz-copy-source: ooo/k"))
                .hasSize(1);
    }

    /** Octets that are no UTF-8, in paths and header values (RFC 9110, 5.5). */
    @Test
    void octetsThatAreNoTextHideNothing() throws IOException {
        var passed = new ArrayList<String>();
        passed.addAll(passing(
                "{buckets: [bbb], operations: [CopyObject, UploadPartCopy]}",
                "PUT /bbb/k|x-amz-copy-source: open/k?x=\u00ff",
                "PUT /bbb/k|x-amz-copy-source: \u00ff/k",
                "PUT /bbb/k?partNumber=1&uploadId=u|x-amz-copy-source: open/\u00ff"));
        passed.addAll(passing(
                "{buckets: [bbb], operations: [PostObject]}",
                "POST /bbb|content-type: multipart/form-data; boundary=\u00ff",
                "POST /bbb/k?uploads|content-type: multipart/form-data; boundary=\u00ff"));
        passed.addAll(passing(
                "{buckets: [bbb], keyPrefix: private/}",
                "GET /bbb/private/\u00ff",
                "GET /bbb/private/x?\u00ff",
                "GET /bbb/private/x|access-control-request-method: \u00ff",
                "PUT /bbb/x|x-amz-meta-snowball-auto-extract: true|access-control-request-method: \u00ff",
                "PUT /bbb/x|x-amz-meta-snowball-auto-extract: \u00fftrue"));
        passed.addAll(passing(
                "{buckets: [bbb], operations: [DeleteObjects, DeleteObject]}",
                "POST /bbb?delete|access-control-request-method: \u00ff",
                "POST /bbb?delete&\u00ff",
                "DELETE /bbb/\u00ff",
                "DELETE /bbb/k|access-control-request-method: \u00ff"));
        passed.addAll(passing(
                "{buckets: [bbb]}",
                "GET /bbb/\u00ff",
                "GET /bbb/k?\u00ff",
                "PUT /ooo/k|x-amz-copy-source: bbb/\u00ff"));
        assertThat(passed).isEmpty();
    }

    private List<String> passing(String match, String... requests) throws IOException {
        gateway.policy("octets", Manifests.policy("octets", "- {name: octets, matches: [" + match + "], deny: {}}\n"));
        var passed = new ArrayList<String>();
        for (var request : requests) {
            var lines = request.replace("|", "\r\n").replaceFirst("(\r\n|$)", " HTTP/1.1\r\nHost: h$1");
            int before = node.exchanges().size();
            try (var one = RawClient.to(gateway.port(0))) {
                one.send(lines + "\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                        .answer();
            }
            if (node.exchanges().size() > before) {
                passed.add(match + ": " + request);
            }
        }
        return passed;
    }
}
