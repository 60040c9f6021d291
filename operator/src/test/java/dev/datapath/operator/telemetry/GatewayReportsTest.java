package dev.datapath.operator.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.operator.model.DomainUse;
import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.threads.Stalls;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GatewayReportsTest {
    private static final ObjectKey DATA_PATH = new ObjectKey("ai", "training");
    private static final String ANSWER = """
            {"cluster_statuses": [{"name": "pool/rgw", "host_statuses": [
              {"address": {"socket_address": {"address": "10.0.0.1", "port_value": 8000}}}]}]}
            """;

    private static final String LISTENERS = """
            {"listener_statuses": [{"name": "s3"}]}
            """;
    private static final ScrapeSettings READINESS =
            new ScrapeSettings(Duration.ofMillis(20), Duration.ofMillis(20), true);
    private static final ObjectRef POOL = pool("rgw");
    private static final ObjectRef ITSELF = new ObjectRef("DataPath", "ai", "training");

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-01T12:00:00Z"));
    private final AtomicLong nanos = new AtomicLong();
    private final List<ObjectRef> changes = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (var resource : open) {
            resource.close();
        }
    }

    @Test
    void gatewaysReportTheNodesOfPools() {
        var reports = reports((gateway, target) -> ANSWER);
        reports.scrape(DATA_PATH, List.of(gateway("g-0"), gateway("g-1")));
        await().until(() -> changes.size() == 2);
        assertThat(reports.nodes("ai", "rgw"))
                .containsExactlyInAnyOrder(
                        new NodeReport("g-0", "10.0.0.1", 8000, NodeReport.Health.HEALTHY),
                        new NodeReport("g-1", "10.0.0.1", 8000, NodeReport.Health.HEALTHY));
        assertThat(changes).containsOnly(POOL);
        assertThat(reports.nodes("other", "rgw")).isEmpty();
    }

    @Test
    void hangingGatewaysDoNotBlockOtherScrapes() {
        var forever = new CountDownLatch(1);
        var reports = reports((gateway, target) -> {
            if (gateway.startsWith("dead")) {
                forever.await();
            }
            return ANSWER;
        });
        reports.scrape(DATA_PATH, List.of(gateway("dead-0"), gateway("dead-1"), gateway("dead-2")));
        reports.scrape(new ObjectKey("ai", "inference"), List.of(gateway("g")));
        await().until(() -> !reports.nodes("ai", "rgw").isEmpty());
    }

    @Test
    void unresponsiveGatewaysDelayNoOtherDataPath() {
        var over = new CountDownLatch(1);
        var answers = new AtomicInteger();
        var reports = reports((gateway, target) -> {
            if (gateway.startsWith("dead")) {
                over.await();
                throw new IOException("no answer");
            }
            answers.incrementAndGet();
            return ANSWER;
        });
        reports.scrape(
                DATA_PATH,
                IntStream.range(0, 200).mapToObj(i -> gateway("dead-" + i)).toList());
        var healthy = new ObjectKey("other", "healthy");
        reports.scrape(healthy, List.of(gateway("g")));
        await().until(() -> answers.get() > 10);
        assertThat(reports.nodes("other", "rgw")).hasSize(1);
    }

    @Test
    void unresponsiveGatewaysDelayNoOtherGatewayOfTheirDataPath() {
        var over = new CountDownLatch(1);
        var answers = new AtomicInteger();
        var failures = new AtomicInteger();
        var reports = reports((gateway, target) -> {
            if (gateway.startsWith("dead")) {
                if (failures.incrementAndGet() > 20) {
                    over.await();
                }
                throw new IOException("no answer");
            }
            answers.incrementAndGet();
            return ANSWER;
        });
        var all = new ArrayList<>(
                IntStream.range(0, 20).mapToObj(i -> gateway("dead-" + i)).toList());
        all.add(gateway("g-0"));
        reports.scrape(DATA_PATH, all);
        await().until(() -> failures.get() > 20);
        int before = answers.get();
        await().until(() -> answers.get() > before + 10);
    }

    @Test
    void aReportDoesNotExpireWhileTheGatewayIsNotScraped() {
        var reports = reports((gateway, target) -> ANSWER);
        reports.scrape(DATA_PATH, List.of(gateway("g-0")));
        await().until(() -> !reports.nodes("ai", "rgw").isEmpty());
        reports.close();
        now.updateAndGet(before -> before.plus(GatewayReports.MAX_AGE).plusMillis(1));
        assertThat(reports.nodes("ai", "rgw")).isNotEmpty();
    }

    @Test
    void oneFailedScrapeDoesNotEndAnOldReport() {
        var answers = new AtomicInteger();
        var reports = reports((gateway, target) -> {
            if (answers.incrementAndGet() % GatewayReports.MAX_FAILURES != 1) {
                now.updateAndGet(before -> before.plus(GatewayReports.MAX_AGE).plusMillis(1));
                throw new IOException("too slow");
            }
            return ANSWER;
        });
        reports.scrape(DATA_PATH, List.of(gateway("g-0")));
        await().until(() -> answers.get() > 5 * GatewayReports.MAX_FAILURES);
        assertThat(changes).containsExactly(POOL);
    }

    @Test
    void aReportExpiresWhenScrapesFailForLong() {
        var answer = new AtomicReference<>(ANSWER);
        var reports = reports((gateway, target) -> {
            if (answer.get().isEmpty()) {
                now.updateAndGet(before -> before.plus(GatewayReports.MAX_AGE).plusMillis(1));
                throw new IOException("dead");
            }
            return answer.get();
        });
        reports.scrape(DATA_PATH, List.of(gateway("g-0")));
        await().until(() -> changes.size() == 1);

        answer.set("");
        await().until(() -> changes.size() == 2);
        assertThat(reports.nodes("ai", "rgw")).isEmpty();
    }

    @Test
    void theResponseOfARemovedGatewayIsDropped() {
        var scraping = new AtomicReference<Thread>();
        var answers = new CountDownLatch(1);
        var reports = reports((gateway, target) -> {
            scraping.set(Thread.currentThread());
            awaitUninterrupted(answers);
            return ANSWER;
        });
        reports.scrape(DATA_PATH, List.of(gateway("g-0")));
        await().until(() -> scraping.get() != null);
        reports.scrape(DATA_PATH, List.of());
        answers.countDown();
        await().until(() -> !scraping.get().isAlive());
        assertThat(changes).isEmpty();
        assertThat(reports.nodes("ai", "rgw")).isEmpty();
    }

    @Test
    void onlyThePoolWhoseNodesChangedIsReported() {
        var failing = new AtomicReference<>("");
        var reports = reports((gateway, target) -> """
                {"cluster_statuses": [
                  {"name": "pool/one", "host_statuses": [
                    {"address": {"socket_address": {"address": "10.0.0.1", "port_value": 8000}}, "health_status": {%s}}]},
                  {"name": "pool/two", "host_statuses": [
                    {"address": {"socket_address": {"address": "10.0.0.2", "port_value": 8000}}}]}]}
                """.formatted(failing.get()));
        reports.scrape(DATA_PATH, List.of(gateway("g-0")));
        await().until(() -> changes.size() == 2);
        failing.set("\"failed_active_health_check\": true");
        await().until(() -> changes.size() > 2);
        assertThat(changes.subList(2, changes.size())).containsOnly(pool("one"));
    }

    @Test
    void anUnknownDomainIsReportedForTheDataPath() {
        var reports = reports((gateway, target) -> """
                {"cluster_statuses": [{"name": "domain/rgw/s3.test", "host_statuses": [{"health_status": {}}]}]}
                """);
        reports.scrape(DATA_PATH, List.of(gateway("g-0"), gateway("g-1")));
        await().until(() -> changes.size() == 2);
        assertThat(changes).containsOnly(new ObjectRef("DataPath", "ai", "training"));
        assertThat(reports.unknownDomains(DATA_PATH)).containsExactly(new DomainUse("rgw", "s3.test"));
        assertThat(reports.unknownDomains(new ObjectKey("ai", "other"))).isEmpty();
        assertThat(reports.nodes("ai", "rgw")).isEmpty();

        reports.scrape(DATA_PATH, List.of());
        assertThat(reports.unknownDomains(DATA_PATH)).isEmpty();
    }

    /** A thread that ends with an error is not restarted. */
    @Test
    void anErrorDoesNotEndTheScrapes() {
        var asked = new AtomicInteger();
        var reports = reports((gateway, target) -> {
            if (asked.incrementAndGet() < 3) {
                throw new StackOverflowError("made for the test");
            }
            return ANSWER;
        });
        reports.scrape(DATA_PATH, List.of(gateway("g-0")));
        await().until(() -> !reports.nodes("ai", "rgw").isEmpty());
        assertThat(reports.alive()).isTrue();
    }

    @Test
    void reportsAreDroppedWithTheirDataPath() {
        var domains = """
                {"cluster_statuses": [
                  {"name": "pool/rgw", "host_statuses": [
                    {"address": {"socket_address": {"address": "10.0.0.1", "port_value": 8000}}}]},
                  {"name": "domain/rgw/s3.test", "host_statuses": [{"health_status": {}}]}]}
                """;
        var other = new ObjectKey("ai", "inference");
        var reports = reports((gateway, target) -> domains);
        reports.scrape(DATA_PATH, List.of(gateway("g-0"), gateway("g-1")));
        reports.scrape(other, List.of(gateway("h-0")));
        await().until(() -> reports.nodes("ai", "rgw").size() == 3);

        reports.forget(DATA_PATH);
        assertThat(reports.nodes("ai", "rgw"))
                .containsExactly(new NodeReport("h-0", "10.0.0.1", 8000, NodeReport.Health.HEALTHY));
        assertThat(reports.unknownDomains(DATA_PATH)).isEmpty();
        assertThat(reports.unknownDomains(other)).hasSize(1);
    }

    /** Scrapes that fail and then hang use all slots of failing gateways. */
    @Test
    void manyHangingDataPathsDelayNoOther() {
        var over = new CountDownLatch(1);
        var answers = new AtomicInteger();
        var hanging = new AtomicInteger();
        var failedBefore = ConcurrentHashMap.<String>newKeySet();
        var reports = reports((gateway, target) -> {
            if (gateway.startsWith("dead")) {
                if (!failedBefore.add(gateway)) {
                    hanging.incrementAndGet();
                    over.await();
                }
                throw new IOException("no answer");
            }
            answers.incrementAndGet();
            return ANSWER;
        });
        for (int i = 0; i < 20; i++) {
            reports.scrape(
                    new ObjectKey("ai", "dead-" + i),
                    List.of(gateway("dead-a-" + i), gateway("dead-b-" + i), gateway("dead-c-" + i)));
        }
        var healthy = new ObjectKey("other", "healthy");
        reports.scrape(healthy, List.of(gateway("g")));
        await().until(() -> hanging.get() >= 16);
        int before = answers.get();
        await().until(() -> answers.get() > before + 10);
    }

    @Test
    void theResponseOfAReplacedProcessIsIgnored() {
        var late = new CountDownLatch(1);
        var thread = new AtomicReference<Thread>();
        var reports = reports(
                (process, target) -> {
                    if (process.equals("first")) {
                        thread.set(Thread.currentThread());
                        awaitUninterrupted(late);
                    } else if (late.getCount() > 0) {
                        throw new IOException("starts");
                    }
                    return target.startsWith("/listeners") ? LISTENERS : ANSWER;
                },
                READINESS);
        var first = new ScrapedGateway<>("g-0", "first");
        var second = new ScrapedGateway<>("g-0", "second");
        reports.scrape(DATA_PATH, List.of(first));
        await().until(() -> thread.get() != null);
        reports.scrape(DATA_PATH, List.of(second));
        assertThat(reports.listeners(DATA_PATH, second)).isEmpty();

        late.countDown();
        await().until(() -> reports.listeners(DATA_PATH, second).isPresent());
        await().until(() -> !thread.get().isAlive());
        assertThat(reports.listeners(DATA_PATH, first)).isEmpty();
        assertThat(reports.nodes("ai", "rgw")).hasSize(1);
    }

    @Test
    void onlyReadyGatewaysAreScrapedForReports() {
        var ready = new AtomicReference<>(false);
        var targets = ConcurrentHashMap.<String>newKeySet();
        var scrapes = new AtomicInteger();
        var reports = reports(
                (gateway, target) -> {
                    targets.add(target);
                    scrapes.incrementAndGet();
                    if (!ready.get()) {
                        throw new IOException("503 INITIALIZING");
                    }
                    return target.startsWith("/listeners") ? LISTENERS : ANSWER;
                },
                READINESS);
        reports.scrape(DATA_PATH, List.of(gateway("g-0")));
        await().until(() -> scrapes.get() > 2);
        assertThat(targets).containsExactly("/ready");
        assertThat(changes).isEmpty();

        ready.set(true);
        await().until(() -> changes.size() == 2);
        assertThat(changes).containsExactlyInAnyOrder(ITSELF, POOL);
        assertThat(reports.listeners(DATA_PATH, gateway("g-0"))).contains(Set.of("s3"));
    }

    @Test
    void aFailedScrapeClearsReadinessAndKeepsTheReport() {
        var failing = new AtomicReference<>(false);
        var reports = reports(
                (gateway, target) -> {
                    if (failing.get()) {
                        throw new IOException("no answer");
                    }
                    return target.startsWith("/listeners") ? LISTENERS : ANSWER;
                },
                READINESS);
        reports.scrape(DATA_PATH, List.of(gateway("g-0")));
        await().until(() -> reports.listeners(DATA_PATH, gateway("g-0")).isPresent());
        await().until(() -> changes.size() == 2);
        failing.set(true);
        await().until(() -> changes.size() == 3);
        assertThat(changes.getLast()).isEqualTo(ITSELF);
        assertThat(reports.listeners(DATA_PATH, gateway("g-0"))).isEmpty();
        assertThat(reports.nodes("ai", "rgw")).hasSize(1);
    }

    @Test
    void aGatewayThatIsNotReadyIsScrapedMoreOften() {
        var scrapes = new AtomicInteger();
        var reports = reports(
                (gateway, target) -> {
                    if (target.equals("/ready") && scrapes.incrementAndGet() < 3) {
                        throw new IOException("503 INITIALIZING");
                    }
                    return target.startsWith("/listeners") ? LISTENERS : ANSWER;
                },
                new ScrapeSettings(Duration.ofDays(1), Duration.ofMillis(1), true));
        reports.scrape(DATA_PATH, List.of(gateway("g-0")));
        await().until(() -> reports.listeners(DATA_PATH, gateway("g-0")).isPresent());
        assertThat(scrapes).hasValue(3);
    }

    @Test
    void aHangingScrapeFailsLiveness() {
        var begun = new CountDownLatch(1);
        var over = new CountDownLatch(1);
        var reports = reports((gateway, target) -> {
            begun.countDown();
            over.await();
            return ANSWER;
        });
        reports.scrape(DATA_PATH, List.of(gateway("g-0")));
        awaitUninterrupted(begun);
        assertThat(reports.alive()).isTrue();
        nanos.addAndGet(Stalls.LIMIT.toNanos());
        assertThat(reports.alive()).isFalse();
        over.countDown();
        await().until(reports::alive);
    }

    @Test
    void nothingIsScrapedAfterClose() {
        var scrapes = new AtomicInteger();
        var reports = reports((gateway, target) -> {
            scrapes.incrementAndGet();
            return ANSWER;
        });
        reports.close();
        reports.scrape(DATA_PATH, List.of(gateway("g-0")));
        assertThat(scrapes).hasValue(0);
        assertThat(reports.nodes("ai", "rgw")).isEmpty();
    }

    private GatewayReports<String> reports(Scraper<String> scraper) {
        return reports(scraper, new ScrapeSettings(Duration.ofMillis(20), Duration.ofMillis(20), false));
    }

    private GatewayReports<String> reports(Scraper<String> scraper, ScrapeSettings settings) {
        var reports = new GatewayReports<>(scraper, settings, changes::add, now::get, new Stalls(nanos::get));
        open.add(reports);
        return reports;
    }

    private static ObjectRef pool(String name) {
        return new ObjectRef("StoragePool", "ai", name);
    }

    private static ScrapedGateway<String> gateway(String name) {
        return new ScrapedGateway<>(name, name);
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
