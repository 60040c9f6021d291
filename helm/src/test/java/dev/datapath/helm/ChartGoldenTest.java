package dev.datapath.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each folder of {@code cases/} is a case: {@code values.yaml} becomes {@code rendered.yaml}. {@code -Ddatapath.golden=rewrite}
 * writes the expected files.
 */
class ChartGoldenTest {
    private static final String SEPARATOR = "---\n";

    static List<Path> cases() {
        return Chart.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void rendersWhatIsExpected(Path folder) throws IOException {
        var actual = Arrays.stream(Chart.render(folder).text().split("(?m)^" + SEPARATOR))
                .map(ChartGoldenTest::withoutCopies)
                .collect(Collectors.joining(SEPARATOR));
        var expected = folder.resolve("rendered.yaml");
        if (Chart.REWRITE) {
            Files.writeString(expected, actual);
        }
        assertThat(actual).as(expected.toString()).isEqualTo(Files.readString(expected));
    }

    @Test
    void hasNothingThatHelmWouldWarnAbout() {
        var result = new Helm(Chart.DIRECTORY).lint().strict().call();
        assertThat(result.isFailed()).as(result.getMessages().toString()).isFalse();
    }

    /** Definitions and dashboards are copies of files, and would hide the rest. */
    private static String withoutCopies(String document) {
        if (document.contains("\nkind: CustomResourceDefinition\n")) {
            return document.replaceFirst("(?s)\nspec:\n.*", "\nspec: a file of files/crds\n");
        }
        if (document.contains("-dashboards\n")) {
            return document.replaceFirst("(?s)\ndata:\n.*", "\ndata: the files of files/dashboards\n");
        }
        return document;
    }
}
