package dev.datapath.operator.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.threads.Wakes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ReportStormTest {
    private final List<Runnable> due = new CopyOnWriteArrayList<>();
    private final List<ObjectKey> woken = new ArrayList<>();
    private final Wakes<ObjectKey> wakes =
            new Wakes<>((pause, task) -> due.add(task), Duration.ofSeconds(1), woken::add);

    /** Each gateway detects the failed node on its own. */
    @Test
    void aThousandReportsOfOneFailedNodeTriggerEachPoolOnce() {
        int gateways = 1000;
        var failed = new AtomicBoolean();
        var reports = new AtomicInteger();
        var dataPath = new ObjectKey("ai", "training");
        try (var scraped = new GatewayReports<String>(
                (gateway, target) -> answer(failed.get()),
                new ScrapeSettings(Duration.ofMillis(50), Duration.ofMillis(50), false),
                pool -> {
                    wakes.changed(new ObjectKey(pool.namespace(), pool.name()));
                    reports.incrementAndGet();
                },
                InstantSource.system())) {
            scraped.scrape(
                    dataPath,
                    IntStream.range(0, gateways)
                            .mapToObj(i -> new ScrapedGateway<>("g-" + i, "127.0.0.1"))
                            .toList());
            Awaitility.await().until(() -> reports.get() == 3 * gateways);
            pass();
            woken.clear();

            failed.set(true);
            Awaitility.await().until(() -> reports.get() == 5 * gateways);
            assertThat(due).hasSize(1);
            pass();
            assertThat(woken).containsExactlyInAnyOrder(new ObjectKey("ai", "a"), new ObjectKey("ai", "b"));
            assertThat(due).isEmpty();
        }
    }

    private void pass() {
        var tasks = List.copyOf(due);
        due.clear();
        tasks.forEach(Runnable::run);
    }

    /** Pools a and b contain the node, c contains another one. */
    private static String answer(boolean failed) {
        var health = failed ? "{\"failed_active_health_check\": true}" : "{}";
        return """
                {"cluster_statuses": [%s, %s, %s]}
                """.formatted(pool("a", health), pool("b", health), pool("c", "{}"));
    }

    private static String pool(String name, String health) {
        return """
                {"name": "pool/%s", "host_statuses": [
                  {"address": {"socket_address": {"address": "10.0.0.1", "port_value": 8000}}, "health_status": %s}]}
                """.formatted(name, health);
    }
}
