package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A rule that forwards by a header takes one line with exactly its value; a deny takes the value in whatever lines. {@code |}
 * separates lines.
 */
@Rig.Test
class RepeatedHeadersTest {
    private static ScriptedNode node;

    @BeforeAll
    static void policies(Rig rig) {
        node = ScriptedNode.start();
        var pool = rig.bucket(node);
        rig.gateway().policy("repeated-headers", Manifests.policy("repeated-headers", """
                - name: private-uploads
                  matches:
                  - {buckets: [rh-acl], operations: [PutObject], headers: [{name: x-amz-acl, value: private}]}
                  - {buckets: [rh-acl], keyPrefix: text/, operations: [PutObject], headers: [{name: content-type, value: text/plain}]}
                  - {buckets: [rh-acl], keyPrefix: team/, headers: [{name: x-team, value: a}]}
                  - {buckets: [rh-acl], keyPrefix: team/, headers: [{name: x-team, value: "b,c"}]}
                  - {buckets: [rh-acl], keyPrefix: two/, headers: [{name: x-amz-acl, value: private}, {name: x-team, value: a}]}
                  pools: [{name: %1$s}]
                - name: no-writes
                  matches: [{buckets: [rh-acl], operations: [Writes]}]
                  deny: {code: AccessDenied}
                - name: lists
                  matches: [{buckets: [rh-list, rh-source], headers: [{name: x-foo, value: "a, b"}]}]
                  deny: {code: AccessDenied}
                - name: sources
                  matches: [{buckets: [rh-only], headers: [{name: x-amz-acl, value: private}]}]
                  pools: [{name: %1$s}]
                - name: no-sources
                  matches: [{buckets: [rh-only]}]
                  deny: {code: AccessDenied}
                - name: open
                  matches: [{buckets: [rh-list, rh-open]}]
                  pools: [{name: %1$s}]
                """.formatted(pool)));
    }

    @AfterAll
    static void close() {
        node.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/rh-acl/k, x-amz-acl: private, 200",
        "/rh-acl/k, X-Amz-Acl:  private , 200",
        "/rh-acl/k, x-amz-acl: public-read|x-amz-acl: private, 403",
        "/rh-acl/k, x-amz-acl: private|x-amz-acl: public-read, 403",
        "/rh-acl/k, x-amz-acl: private|X-AMZ-ACL: private, 403",
        "/rh-acl/k, x-amz-acl: private|x-amz-acl:, 403",
        "/rh-acl/k, x-amz-acl:|x-amz-acl: private, 403",
        "/rh-acl/k, x-amz-acl: \u00ff|x-amz-acl: private, 403",
        "/rh-acl/k, x-amz-acl: 1|x-amz-acl: private|x-amz-acl: 2, 403",
        "'/rh-acl/k', 'x-amz-acl: private,public-read', 403",
        "/rh-acl/%6b, x-amz-acl: private|x-amz-acl: public-read, 403",
        "/rh-acl/text/k, Content-Type: text/plain, 200",
        "/rh-acl/text/k, Content-Type: text/plain|Content-Type: text/html, 403",
        "/rh-acl/text/k, Content-Type: text/html|Content-Type: text/plain, 403",
        "/rh-acl/team/k, x-team: a, 200",
        "'/rh-acl/team/k', 'x-team: b,c', 200",
        "'/rh-acl/team/k', 'x-team: a,c', 403",
        "/rh-acl/team/k, x-team: b|x-team: c, 403",
        "'/rh-acl/team/k', 'x-team: b,c|x-team: a', 403",
        "/rh-acl/two/k, x-amz-acl: private|x-team: a, 200",
        "/rh-acl/two/k, x-amz-acl: private|x-team: a|x-team: b, 403",
        "/rh-acl/two/k, x-amz-acl: private|x-team: a|x-amz-acl: public-read, 403",
        "/rh-acl/k, x-amz-acl: private|x_amz_acl: public-read, 400",
        "'/rh-acl/k', 'x-amz-acl: private|x-amz-grant-read: id=1', 403",
        "/rh-acl/k, x-amz-acl: private|x-amz-tagging: a=b, 403",
    })
    void aRuleThatForwardsTakesOneLineWithTheValue(String target, String lines, int status, Rig rig)
            throws IOException {
        assertThat(put(rig, target, lines)).isEqualTo(status);
    }

    /** A store may read from the query what a rule has seen in the header. */
    @ParameterizedTest
    @CsvSource({
        "/rh-acl/k?x-amz-acl=public-read, 403",
        "/rh-acl/k?x-id=PutObject&X-Amz-Acl=private, 403",
        "/rh-acl/k?x%2Damz-%61cl=public-read, 403",
        "/rh-acl/k?x-id=PutObject;x-amz-acl=public-read, 403",
        "/rh-acl/k?x-amz-acl, 403",
        "/rh-acl/k?x-amz-grant-read=id, 403",
        "/rh-acl/k?x-id=PutObject, 200",
        "/rh-acl/k?x-amz-acl-x=1&y-x-amz-acl=2, 200",
        "/rh-acl/k?x-id=x-amz-acl=1, 200",
    })
    void aRuleThatForwardsTakesNoRequestWithTheHeaderInItsQuery(String target, int status, Rig rig) throws IOException {
        assertThat(put(rig, target, "x-amz-acl: private")).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "'x-foo: a, b', 403",
        "'x-foo: A,b', 403",
        "x-foo: a|x-foo: b, 403",
        "x-foo: b|x-foo: a, 403",
        "x-foo: x|x-foo: a|X-Foo: y|x-foo: B, 403",
        "'x-foo: x,a|x-foo: b', 403",
        "x-foo: a, 200",
        "x-foo: a b, 200",
        "x-foo: a|x-foo: c, 200",
    })
    void aListIsDeniedInWhateverLines(String lines, int status, Rig rig) throws IOException {
        assertThat(put(rig, "/rh-list/k", lines)).isEqualTo(status);
        assertThat(put(rig, "/rh-open/k", lines + "|x-amz-copy-source: /rh-source/k"))
                .as("of the source")
                .isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "/rh-open/k, x-amz-acl: private, 200",
        "/rh-open/k, x-amz-acl: private|x-amz-acl: public-read, 403",
        "/rh-open/k?x-amz-acl=public-read, x-amz-acl: private, 403",
    })
    void theSameHoldsForTheSourceOfACopy(String target, String lines, int status, Rig rig) throws IOException {
        assertThat(put(rig, target, lines + "|x-amz-copy-source: /rh-only/k")).isEqualTo(status);
    }

    private static int put(Rig rig, String target, String lines) throws IOException {
        try (var client = rig.connect()) {
            var headers =
                    Arrays.stream((lines + "|Content-Length: 0").split("\\|")).toArray(String[]::new);
            return client.request("PUT", target, headers).answerTo("PUT").status();
        }
    }
}
