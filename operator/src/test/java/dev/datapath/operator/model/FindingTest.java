package dev.datapath.operator.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FindingTest {
    private static final ObjectRef OBJECT = new ObjectRef("StoragePool", "ai", "store");

    @Test
    void aLongMessageKeepsItsStartAndItsEnd() {
        var finding = finding("", "\"" + "x".repeat(100_000) + "\" is not a name: write one");
        assertThat(finding.message())
                .hasSize(Finding.MAX_CHARACTERS)
                .startsWith("\"xxx")
                .contains("x…x")
                .endsWith("\" is not a name: write one");
    }

    @Test
    void aLongFieldKeepsItsStartAndItsEnd() {
        assertThat(finding("spec." + "k".repeat(100_000) + "[3]", "wrong").field())
                .hasSizeLessThanOrEqualTo(Finding.MAX_CHARACTERS)
                .startsWith("spec.k")
                .endsWith("k[3]");
    }

    @Test
    void noCharacterIsCutInTwo() {
        assertThat(finding("", "😀".repeat(100_000)).message().codePoints())
                .containsOnly("😀".codePointAt(0), "…".codePointAt(0));
        assertThat(finding("", "a" + "😀".repeat(100_000) + "a").message().codePoints())
                .containsOnly((int) 'a', "😀".codePointAt(0), "…".codePointAt(0));
    }

    @Test
    void messagesOfUsualLengthStay() {
        var message = "x".repeat(Finding.MAX_CHARACTERS);
        assertThat(finding("spec", message).message()).isSameAs(message);
    }

    private static Finding finding(String field, String message) {
        return new Finding(OBJECT, Finding.Severity.ERROR, Reason.Invalid, field, message);
    }
}
