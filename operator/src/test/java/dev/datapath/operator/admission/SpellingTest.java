package dev.datapath.operator.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {
    private static final List<String> KNOWN = List.of("address", "port", "name", "weight", "maxConnections");

    @ParameterizedTest
    @CsvSource({
        "adress, address",
        "Port, port",
        "nmae, name",
        "maxconnections, maxConnections",
        "maxConection, maxConnections",
        "wight, weight",
        "colour,",
        "x,"
    })
    void findsTheClosestWord(String written, String meant) {
        assertThat(Spelling.closest(written, KNOWN).orElse(null)).isEqualTo(meant);
    }

    @Test
    void listsAllowedWordsWhenNoneIsClose() {
        assertThat(Spelling.remedy("colour", KNOWN)).isEqualTo("write one of " + String.join(", ", KNOWN));
    }

    @Test
    void longListIsTruncated() {
        List<String> many =
                IntStream.range(10, 60).mapToObj(i -> "operation" + i).toList();

        assertThat(Spelling.remedy("x", many)).endsWith("operation29 and 30 more");
        assertThat(Spelling.remedy("oPeration12", many)).isEqualTo("did you mean operation12?");
    }
}
