package dev.datapath.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/verification.md: every finding has one row, and every test that a row names exists. */
class VerificationDocTest {
    private static final Path ROOT = Path.of("..");
    private static final List<String> MODULES = List.of("crds", "operator", "helm", "e2e");
    private static final Map<String, Integer> FINDINGS = Map.of("R", 25, "N", 13, "S", 5, "C", 20, "T", 3, "U", 13);

    private static final Pattern ROW = Pattern.compile("^\\| ([RNSCTUXH][0-9]+[^|]*) \\| ([^|]*) \\| ([^|]*) \\|$");
    /** Of the first hunts; an id such as H9-C3 is not the finding C3. */
    private static final Pattern ID = Pattern.compile("(?<!-)[RNSCTU][0-9]+");
    /** A class with or without a method, or a further method of the class before it. */
    private static final Pattern TEST =
            Pattern.compile("\\b(?<type>[A-Z]\\w*Test)\\b(#(?<of>\\w+))?|#(?<further>\\w+)");

    /** A finding that nothing of ours can change is documented, and has no test. */
    private static final String NO_TEST = "none: ";

    /** @param ids of the findings; {@code tests} and {@code seen} as the page has them */
    private record Row(List<String> ids, String tests, String seen) {}

    @Test
    void everyFindingHasExactlyOneRow() throws IOException {
        var expected = FINDINGS.entrySet().stream()
                .flatMap(area -> IntStream.rangeClosed(1, area.getValue()).mapToObj(number -> area.getKey() + number))
                .toList();
        assertThat(rows().stream().flatMap(row -> row.ids().stream())).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void everyRowSaysWhatAUserSeesAndNamesATest() throws IOException {
        assertThat(rows()).isNotEmpty().allSatisfy(row -> {
            assertThat(row.seen()).as(row.ids() + ": what a user sees").isNotBlank();
            assertThat(TEST.matcher(row.tests()).find() || row.tests().startsWith(NO_TEST))
                    .as(row.ids() + ": a test class")
                    .isTrue();
        });
    }

    @Test
    void everyTestThatIsNamedExists() throws IOException {
        var sources = sources();
        var missing = new ArrayList<String>();
        for (var row : rows()) {
            var type = "";
            for (var test = TEST.matcher(row.tests()); test.find(); ) {
                type = Objects.requireNonNullElse(test.group("type"), type);
                var method = test.group("of") == null ? test.group("further") : test.group("of");
                if (!sources.getOrDefault(type, "").contains(method == null ? type : " " + method + "(")) {
                    missing.add(row.ids() + ": " + test.group());
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    private static List<Row> rows() throws IOException {
        return Files.readAllLines(ROOT.resolve("docs/verification.md")).stream()
                .map(ROW::matcher)
                .filter(row -> row.matches())
                .map(row -> new Row(
                        ID.matcher(row.group(1)).results().map(id -> id.group()).toList(), row.group(2), row.group(3)))
                .toList();
    }

    /** The texts of all test classes, by simple name. */
    private static Map<String, String> sources() throws IOException {
        try (var files = MODULES.stream().flatMap(VerificationDocTest::javaFiles)) {
            return files.collect(Collectors.toMap(
                    file -> file.getFileName().toString().replace(".java", ""),
                    VerificationDocTest::text,
                    (one, other) -> one + other));
        }
    }

    private static Stream<Path> javaFiles(String module) {
        try (var files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
