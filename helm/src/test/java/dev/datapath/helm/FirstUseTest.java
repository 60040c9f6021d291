package dev.datapath.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the pages and the chart's notes have a new user apply in a cluster. */
class FirstUseTest {
    private static final Pattern APPLIED = Pattern.compile("kubectl .*apply .*-f ([\\w.][\\w/.-]+)");
    private static final Pattern CPU_REQUEST = Pattern.compile("requests: \\{cpu: (\\d+)m,");
    private static final Pattern NAME = Pattern.compile("name: ([a-z0-9-]+)");
    private static final int LAPTOP_MILLICORES = 100;

    @Test
    void theDataPathOfTheNotesFitsALaptop() throws IOException {
        var request = CPU_REQUEST.matcher(notes());
        assertThat(request.find()).isTrue();
        assertThat(Integer.parseInt(request.group(1))).isLessThanOrEqualTo(LAPTOP_MILLICORES);
    }

    @Test
    void theNotesOverwriteNothingOfTheQuickStart() throws IOException {
        var quickStart = Files.readString(Chart.DOCS.resolve("quickstart/datapath.yaml"));
        var names =
                NAME.matcher(quickStart).results().map(name -> name.group(1)).toList();
        assertThat(notes()).contains("metadata: {name: first}");
        assertThat(names).isNotEmpty().doesNotContain("first");
    }

    /** In a pod, an address of the own machine is the gateway itself. */
    @Test
    void noPageAppliesNodesOfTheOwnMachineInACluster() throws IOException {
        for (var page : List.of("install.md", "quickstart.md")) {
            var applied = APPLIED.matcher(Files.readString(Chart.DOCS.resolve(page)))
                    .results()
                    .map(command -> Chart.DOCS.resolve("..").resolve(command.group(1)))
                    .toList();
            assertThat(applied).as(page).isNotEmpty();
            for (var path : applied) {
                assertThat(text(path)).as(page + " applies " + path).doesNotContain("127.0.0.1", "localhost");
            }
        }
    }

    @Test
    void installingAndTheQuickStartApplyTheSameFirstDataPath() throws IOException {
        assertThat(Files.readString(Chart.DOCS.resolve("install.md")))
                .contains("kubectl --namespace ai apply -f docs/quickstart/")
                .contains("kubectl create namespace ai --dry-run=client");
    }

    private static String notes() throws IOException {
        return Files.readString(Chart.DIRECTORY.resolve("templates/NOTES.txt"));
    }

    private static String text(Path path) throws IOException {
        var text = new StringBuilder();
        try (var files = Files.walk(path)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }
}
