package dev.datapath.operator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.Properties;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.Test;

/** Log lines are read days later, together with logs of other machines. */
class LogFormatTest {
    @Test
    void everyLineBeginsWithDateTimeAndOffset() throws IOException {
        var properties = new Properties();
        try (var file = LogFormatTest.class.getResourceAsStream("/application.properties")) {
            properties.load(file);
        }
        var formatter = new PatternFormatter(properties.getProperty("quarkus.log.console.format"));
        var line = new LogRecord(Level.INFO, "something changed");
        line.setLoggerName("dev.datapath.operator.Any");
        line.setInstant(Instant.parse("2026-11-30T10:00:00.123Z"));
        assertThat(formatter.format(ExtLogRecord.wrap(line)))
                .matches(
                        "\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.123(Z|[+-]\\d{2}:\\d{2}) INFO .*something changed\\R");
    }
}
