package dev.datapath.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.model.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/troubleshooting.md explains every reason in a status, and no others. */
class TroubleshootingDocTest {
    private static final Pattern ROW = Pattern.compile("^\\| (`\\w+`(?:, `\\w+`)*) \\|", Pattern.MULTILINE);

    @Test
    void everyReasonHasALine() throws IOException {
        var text = Files.readString(Path.of("../docs/troubleshooting.md"));
        var documented = ROW.matcher(text)
                .results()
                .flatMap(row -> Arrays.stream(row.group(1).split(", ")))
                .map(reason -> reason.replace("`", ""))
                .collect(Collectors.toSet());
        var reasons = Stream.<Enum<?>[]>of(
                        Reason.values(),
                        AcceptedReason.values(),
                        ProgrammedReason.values(),
                        EndpointsHealthyReason.values(),
                        MeasureReason.values())
                .flatMap(Arrays::stream)
                .map(Enum::name)
                .collect(Collectors.toSet());
        assertThat(documented).isEqualTo(reasons);
    }
}
