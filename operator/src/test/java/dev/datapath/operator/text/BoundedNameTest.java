package dev.datapath.operator.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BoundedNameTest {
    @Test
    void aNameThatIsShortEnoughStays() {
        assertThat(BoundedName.of("a".repeat(20), 20)).isEqualTo("a".repeat(20));
    }

    @Test
    void namesWithTheSameBeginningStayDistinct() {
        var one = BoundedName.of("policy-of-the-team-one", 20);
        var two = BoundedName.of("policy-of-the-team-two", 20);
        assertThat(one).hasSizeLessThanOrEqualTo(20).startsWith("policy-of").isNotEqualTo(two);
    }

    @Test
    void noPartEndsWithASeparator() {
        assertThat(BoundedName.of("abcdefg.-hijklmnopqrs", 20)).matches("abcdefg-[0-9a-f]{10}");
    }
}
