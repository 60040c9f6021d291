package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.operator.envoy.BootstrapSpec;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.telemetry.GatewayReports;
import dev.datapath.operator.telemetry.ScrapeSettings;
import dev.datapath.operator.telemetry.ScrapedGateway;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AdminScraperTest {
    private final FakeProcess process = new FakeProcess(1);

    @Test
    void checkEventsAreReadFromTheFileAndTheRestOverTheSocket() throws IOException {
        process.stats.add("{}");
        process.checkEvents = "{\"host\": {}}";
        assertThat(new AdminScraper().get(process, BootstrapSpec.CHECK_EVENTS_PATH))
                .isEqualTo(process.checkEvents);
        assertThat(process.requests).isEmpty();
        assertThat(new AdminScraper().get(process, "/clusters?format=json")).isEqualTo("{}");
        assertThat(process.requests).containsExactly("GET /clusters");
    }

    /** The processing of a response may fail in unexpected ways. */
    @Test
    void aNotificationThatThrowsDoesNotEndTheScrapes() {
        var notified = new AtomicInteger();
        process.stats.add("{}");
        try (var reports = new GatewayReports<>(
                new AdminScraper(),
                ScrapeSettings.PROCESSES,
                object -> {
                    notified.incrementAndGet();
                    throw new StackOverflowError("made for the test");
                },
                InstantSource.system())) {
            reports.scrape(new ObjectKey("ai", "training"), List.of(new ScrapedGateway<>("training-0", process)));
            await().until(() -> notified.get() == 1);
            // A scrape has three targets.
            await().until(() -> process.requests.size() > 3);
            assertThat(reports.alive()).isTrue();
        }
    }
}
