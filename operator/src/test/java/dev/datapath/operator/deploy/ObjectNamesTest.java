package dev.datapath.operator.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ObjectNamesTest {

    @Test
    void nameAdmittedByTheCrdsIsKept() {
        assertThat(GatewayNames.of("training").gateway()).isEqualTo("training-gateway");
        assertThat(GatewayNames.of("a".repeat(50)).gateway()).isEqualTo("a".repeat(50) + "-gateway");
    }

    @Property
    void everyObjectNameGivesAValidServiceName(@ForAll("objectNames") String name) {
        assertThat(ObjectNames.label(name, "-gateway")).matches("[a-z]([-a-z0-9]{0,61}[a-z0-9])?");
    }

    @Property
    void everyObjectNameGivesAValidLabelValue(@ForAll("objectNames") String name) {
        assertThat(ObjectNames.labelValue(name)).matches("[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
    }

    @Property
    void differentNamesGiveDifferentResults(@ForAll("objectNames") String one, @ForAll("objectNames") String other) {
        assertThat(ObjectNames.label(one, "-gateway").equals(ObjectNames.label(other, "-gateway")))
                .isEqualTo(one.equals(other));
    }

    @Test
    void namesThatDifferOnlyInReplacedPartsStayDistinct() {
        assertThat(ObjectNames.label("a.b", "")).isNotEqualTo(ObjectNames.label("a-b", ""));
        assertThat(ObjectNames.label("a".repeat(80) + "1", ""))
                .isNotEqualTo(ObjectNames.label("a".repeat(80) + "2", ""));
    }

    /** DNS-1123 subdomains, which are valid names of most objects. */
    @Provide
    Arbitrary<String> objectNames() {
        var label = Combinators.combine(
                        Arbitraries.strings().withCharRange('a', 'c').numeric().ofLength(1),
                        Arbitraries.strings()
                                .withCharRange('a', 'c')
                                .numeric()
                                .withChars('-')
                                .ofMaxLength(40),
                        Arbitraries.strings().withCharRange('a', 'c').numeric().ofLength(1))
                .as((first, middle, last) -> first + middle + last);
        return label.list().ofMinSize(1).ofMaxSize(5).map(labels -> String.join(".", labels));
    }
}
