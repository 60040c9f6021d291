package dev.datapath.operator.text;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class VisibleTextTest {
    @Test
    void visibleCharactersStayAndOthersAreEscaped() {
        assertThat(VisibleText.of("a é € 😀 \\n")).isEqualTo("a é € 😀 \\n");
        assertThat(VisibleText.of("a\nb\r\tc")).isEqualTo("a\\nb\\r\\tc");
        assertThat(VisibleText.of("\u001b[31m\u009b\u0000\u007f")).isEqualTo("\\u001b[31m\\u009b\\u0000\\u007f");
        assertThat(VisibleText.of("\u202eabc\u2066\u200f\ufeff\u2028\u2029\u0085"))
                .isEqualTo("\\u202eabc\\u2066\\u200f\\ufeff\\u2028\\u2029\\u0085");
        assertThat(VisibleText.of("\ud800")).isEqualTo("\\ud800");
    }

    @Test
    void longTextIsTruncated() {
        assertThat(VisibleText.of("abcd", 4)).isEqualTo("abcd");
        assertThat(VisibleText.of("abcde", 4)).isEqualTo("abcd…");
        assertThat(VisibleText.of("😀😀😀", 2)).isEqualTo("😀😀…");
    }

    @Property
    void anyTextIsOneLineWithoutControlCharacters(@ForAll String text) {
        assertThat(VisibleText.of(text).lines().count()).isLessThanOrEqualTo(1);
        assertThat(VisibleText.of(text).codePoints())
                .noneMatch(point -> Character.isISOControl(point) || Character.getType(point) == Character.FORMAT);
    }
}
