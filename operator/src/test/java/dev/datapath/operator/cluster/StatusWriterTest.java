package dev.datapath.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.DataPathStatus;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class StatusWriterTest {
    private final List<String> reported = new ArrayList<>();
    private final StatusWriter writer = new StatusWriter((object, transitions) -> transitions.forEach(
            transition -> reported.add(object.getMetadata().getName() + " " + transition.reason())));

    @Test
    void transitionIsReportedAndWritten() {
        var patched = write(dataPath("one", "True", "Accepted"), status("False", "Invalid"));

        assertThat(reported).containsExactly("one Invalid");
        assertThat(patched.isPatchStatus()).isTrue();
        assertThat(patched.getResource().orElseThrow().getStatus()).isEqualTo(status("False", "Invalid"));
        assertThat(patched.getResource().orElseThrow().getSpec()).isNull();
        assertThat(patched.getResource().orElseThrow().getMetadata())
                .extracting(ObjectMeta::getNamespace, ObjectMeta::getName, ObjectMeta::getResourceVersion)
                .containsExactly("ai", "one", null);
    }

    /** The caches of a stopping operator are empty. */
    @Test
    void nothingIsWrittenOrReportedAfterClose() {
        writer.close();
        assertThat(write(dataPath("one", "True", "Accepted"), status("False", "Invalid"))
                        .isNoUpdate())
                .isTrue();
        assertThat(reported).isEmpty();
    }

    @Test
    void unchangedStatusIsNeitherReportedNorWritten() {
        assertThat(write(dataPath("one", "True", "Accepted"), status("True", "Accepted"))
                        .isNoUpdate())
                .isTrue();
        assertThat(reported).isEmpty();
    }

    @Test
    void unseenStatusIsWrittenAgainAndReportedOnce() {
        var before = dataPath("one", "True", "Accepted");
        write(before, status("False", "Invalid"));

        assertThat(write(before, status("False", "Invalid")).isPatchStatus()).isTrue();
        assertThat(write(before, status("False", "Conflicted")).isPatchStatus()).isTrue();

        assertThat(reported).containsExactly("one Invalid", "one Conflicted");
    }

    @Test
    void transitionThatIsRevertedUnseenIsReportedTwice() {
        var before = dataPath("one", "True", "Accepted");
        write(before, status("False", "Invalid"));

        assertThat(write(before, status("True", "Accepted")).isNoUpdate()).isTrue();

        assertThat(reported).containsExactly("one Invalid", "one Accepted");
    }

    @Test
    void seenStatusIsTheNewBaseline() {
        write(dataPath("one", "True", "Accepted"), status("False", "Invalid"));
        write(dataPath("one", "False", "Invalid"), status("False", "Invalid"));
        reported.clear();

        write(dataPath("one", "True", "Accepted"), status("False", "Invalid"));

        assertThat(reported).as("another writer had changed it").containsExactly("one Invalid");
    }

    @Test
    void everyTransitionIsOneLineOfTheLog() {
        var lines = new ArrayList<String>();
        var handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line.getLevel() + " " + line.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        var logger = Logger.getLogger(StatusWriter.class.getName());
        logger.addHandler(handler);
        try {
            var invalid = dataPath("one", "False", "Invalid");
            invalid.getStatus().conditions().getFirst().setMessage("listener s3\nforged line");
            write(dataPath("one", "True", "Accepted"), invalid.getStatus());
            write(dataPath("one", "True", "Accepted"), invalid.getStatus());
        } finally {
            logger.removeHandler(handler);
        }
        assertThat(lines)
                .singleElement()
                .asString()
                .matches("WARN(ING)? DataPath ai/one generation 7: Invalid: Accepted: listener s3 forged line");
    }

    @Test
    void objectsAreIndependent() {
        write(dataPath("one", "True", "Accepted"), status("False", "Invalid"));
        write(dataPath("two", "True", "Accepted"), status("False", "Invalid"));

        assertThat(reported).containsExactly("one Invalid", "two Invalid");
    }

    private UpdateControl<DataPath> write(DataPath dataPath, DataPathStatus status) {
        return writer.write(
                dataPath,
                new DataPath(),
                status,
                before -> Transitions.ofConditions(before.conditions(), status.conditions()));
    }

    private static DataPathStatus status(String status, String reason) {
        return dataPath("any", status, reason).getStatus();
    }

    private static DataPath dataPath(String name, String status, String reason) {
        return Serialization.unmarshal("""
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: %1$s, namespace: ai, uid: uid-of-%1$s, generation: 7}
                status:
                  conditions:
                    - {type: Accepted, status: "%2$s", reason: %3$s, message: "", lastTransitionTime: "2026-11-01T00:00:00Z"}
                """.formatted(name, status, reason), DataPath.class);
    }
}
