package dev.datapath.e2e.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.ScriptedNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Keys that path normalisation would harm. Real stores on file systems refuse some of them, so the node here is one that takes
 * every key and checks every signature over the bytes it got.
 */
@Rig.Test
class OddKeysTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a//b",
                "/lead",
                "//lead",
                "a/../b",
                "a/./b",
                ".",
                "a/b/../../c",
                "a/..",
                "a/.",
                "sp ace",
                "a+b=&",
                "%2F",
                "%2f",
                "%61",
                "%252F",
                "%",
                "\u2603",
                "e\u0301 and \u00e9",
                "\ud83d\ude80",
                "?",
                "#",
                "a?b#c",
                "'()*!",
                "~@:;,$",
                "trailing/",
                "trailing//",
                "\\",
                "\"<>^`{|}",
                "[x]",
                " ",
                "\t",
                "a\nb",
                "k=v&k2=v2",
                "-_.~",
                ";v=1",
                "x/%2e%2e/y"
            })
    void an_odd_key_is_one_key_with_a_valid_signature(String key, Rig rig) {
        var store = new StrictStore();
        try (var node = ScriptedNode.start(store);
                var s3 = S3Clients.pathStyle(rig)) {
            var bucket = rig.bucket(node);

            s3.putObject(b -> b.bucket(bucket).key(key), RequestBody.fromBytes("content".getBytes()));

            assertThat(store.objects().values())
                    .singleElement()
                    .satisfies(content -> assertThat(content).asString().contains("content"));
            assertThat(s3.getObjectAsBytes(b -> b.bucket(bucket).key(key)).asUtf8String())
                    .contains("content");
        }
    }

    /** Amazon S3 has no such keys ("Naming Amazon S3 objects"), and a proxy before a store would serve another bucket. */
    @ParameterizedTest
    @ValueSource(strings = {"..", "../up", "a/../../up"})
    void aKeyThatLeadsOutOfItsBucketIsRefused(String key, Rig rig) {
        try (var node = ScriptedNode.start();
                var s3 = S3Clients.pathStyle(rig)) {
            var bucket = rig.bucket(node);
            assertThatThrownBy(() -> s3.getObjectAsBytes(b -> b.bucket(bucket).key(key)))
                    .isInstanceOfSatisfying(
                            S3Exception.class,
                            error -> assertThat(error.statusCode()).isEqualTo(400));
            assertThat(node.exchanges()).isEmpty();
        }
    }
}
