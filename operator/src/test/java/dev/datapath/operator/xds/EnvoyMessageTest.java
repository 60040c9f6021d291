package dev.datapath.operator.xds;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EnvoyMessageTest {

    @Test
    void everyRejectedListenerIsNamed() {
        assertThat(
                        EnvoyMessage.clean(
                                "Error adding/updating listener(s) s3: cannot bind '127.0.0.1:80': Permission denied\nweb: no filter chains specified\n"))
                .isEqualTo(
                        "Error adding/updating listener(s) s3: cannot bind '127.0.0.1:80': Permission denied web: no filter chains specified");
    }

    private static final String KEY_LINE = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAAAA";

    @Test
    void a_short_reason_stays_as_it_is() {
        var reason = "Error adding/updating listener(s) s3: HTTP/3 codec configured on non-QUIC listener.";
        assertThat(EnvoyMessage.clean(reason)).isEqualTo(reason);
    }

    @Test
    void the_last_line_with_a_word_is_the_reason() {
        assertThat(EnvoyMessage.clean("name: \"a\"\n  port: 1\n (Validation: too low)\n}\n\n"))
                .isEqualTo("(Validation: too low)");
    }

    @Test
    void keys_go_wherever_they_stand() {
        var pem = "-----BEGIN EC PRIVATE KEY-----\n" + KEY_LINE + "\n-----END EC PRIVATE KEY-----\n";
        var escaped = pem.replace("\n", "\\n");
        for (var message : new String[] {
            "bad key " + pem + " here",
            "bad key \"" + escaped + "\" here",
            "cut off -----BEGIN PRIVATE KEY-----\\n" + KEY_LINE,
            KEY_LINE + "\\n-----END PRIVATE KEY-----\\n reason",
            "value " + KEY_LINE + KEY_LINE,
            "inline_string: \"hunter2 hunter2\" is bad",
            "{\"inlineBytes\": \"aHVudGVyMg==\"} is bad",
            "generic_secret { secret { inline_bytes:\"hunter2\" } } unterminated",
        }) {
            assertThat(EnvoyMessage.clean(message))
                    .doesNotContain(KEY_LINE)
                    .doesNotContain("hunter2")
                    .doesNotContain("aHVudGVy")
                    .doesNotContain("PRIVATE KEY");
        }
    }

    @Test
    void no_reason_is_longer_than_512_characters() {
        assertThat(EnvoyMessage.clean("word ".repeat(1_000_000))).hasSizeLessThanOrEqualTo(512);
    }

    @Test
    void control_characters_and_silence_are_replaced() {
        assertThat(EnvoyMessage.clean("a\tb\u0000c")).isEqualTo("a b c");
        assertThat(EnvoyMessage.clean("")).isEqualTo("rejected without a reason");
    }
}
