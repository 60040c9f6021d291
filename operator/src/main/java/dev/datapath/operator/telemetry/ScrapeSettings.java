package dev.datapath.operator.telemetry;

import java.time.Duration;

/**
 * How gateways are scraped.
 *
 * @param period between two scrapes of a gateway
 * @param untilReady between two scrapes of a gateway that does not respond or is not ready
 * @param readiness whether a scrape first reads readiness and the listeners; the report of a gateway that is not ready
 *     is then not read
 */
public record ScrapeSettings(Duration period, Duration untilReady, boolean readiness) {
    /** For gateways in pods. Kubernetes probes their readiness. */
    public static final ScrapeSettings PODS = new ScrapeSettings(Duration.ofSeconds(3), Duration.ofSeconds(3), false);

    /** For gateways on this machine. Only scrapes show their readiness, and users wait for it. */
    public static final ScrapeSettings PROCESSES =
            new ScrapeSettings(Duration.ofSeconds(1), Duration.ofMillis(50), true);
}
