package dev.datapath.operator.telemetry;

import dev.datapath.operator.envoy.admin.NodeTable;
import dev.datapath.operator.envoy.admin.ServedListeners;
import dev.datapath.operator.model.GatewayReport;
import dev.datapath.operator.threads.Stalls;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/** Scrapes one process of a gateway until its thread is interrupted. */
final class ScrapeLoop<E> implements Runnable {
    /**
     * The responses of one scrape.
     *
     * @param listeners the names of the listeners that the gateway serves; empty when readiness is not scraped
     * @param report the report on stores
     */
    record Answers(Optional<Set<String>> listeners, GatewayReport report) {}

    /** Receives the results, on the thread of the loop. */
    interface Results {
        void succeeded(Answers answers);

        /** @param failures consecutive failed scrapes, including this one */
        void failed(int failures);
    }

    /**
     * The objects that all loops share.
     *
     * @param all limits the scrapes of all gateways
     * @param clock for the age of Envoy's counters
     * @param stalls detects scrapes that do not complete
     */
    record Shared<E>(Scraper<E> scraper, ScrapeSettings settings, Bulkhead all, InstantSource clock, Stalls stalls) {}

    private static final System.Logger LOG = System.getLogger(ScrapeLoop.class.getName());

    private final ScrapedGateway<E> gateway;
    private final Bulkhead dataPath;
    private final Shared<E> shared;
    private final Results results;
    private final NodeTable table;
    private int failures;
    private boolean defective;

    /** @param dataPath limits the scrapes of the gateway's DataPath */
    ScrapeLoop(ScrapedGateway<E> gateway, Bulkhead dataPath, Shared<E> shared, Results results) {
        this.gateway = gateway;
        this.dataPath = dataPath;
        this.shared = shared;
        this.results = results;
        table = new NodeTable(gateway.name(), this::get, shared.clock());
    }

    @Override
    public void run() {
        try {
            while (true) {
                Thread.sleep(scrapeSafely());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the pause until the next scrape. If an error escaped, the gateway would never be scraped again. */
    private Duration scrapeSafely() throws InterruptedException {
        try {
            return scrape();
        } catch (RuntimeException | Error defect) {
            // Only the first of consecutive errors is logged as an error.
            LOG.log(
                    defective ? System.Logger.Level.DEBUG : System.Logger.Level.ERROR,
                    "scraping gateway " + gateway.name() + " failed, retrying",
                    defect);
            defective = true;
            return shared.settings().period();
        }
    }

    private Duration scrape() throws InterruptedException {
        try {
            results.succeeded(inSlots());
            failures = 0;
            defective = false;
            return shared.settings().period();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "gateway {0} does not respond: {1}", gateway.name(), e.toString());
            results.failed(++failures);
            return shared.settings().untilReady();
        } catch (RuntimeException | Error defect) {
            results.failed(++failures);
            throw defect;
        }
    }

    /**
     * Waits for a slot of its DataPath first. Therefore a DataPath with many gateways does not queue all of them for
     * the shared slots.
     */
    private Answers inSlots() throws IOException, InterruptedException {
        var own = dataPath.slots(failures);
        own.acquire();
        try {
            var all = shared.all().slots(failures);
            all.acquire();
            try (var scraping = shared.stalls().begin()) {
                return answers();
            } finally {
                all.release();
            }
        } finally {
            own.release();
        }
    }

    private Answers answers() throws IOException, InterruptedException {
        if (!shared.settings().readiness()) {
            return new Answers(Optional.empty(), table.read());
        }
        get("/ready");
        var listeners = ServedListeners.names(get(ServedListeners.TARGET));
        return new Answers(Optional.of(listeners), table.read());
    }

    private String get(String target) throws IOException, InterruptedException {
        return shared.scraper().get(gateway.endpoint(), target);
    }
}
