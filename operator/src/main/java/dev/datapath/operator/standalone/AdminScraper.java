package dev.datapath.operator.standalone;

import dev.datapath.operator.envoy.BootstrapSpec;
import dev.datapath.operator.telemetry.Scraper;
import java.io.IOException;

/** Scrapes gateways on this machine over their admin sockets; an endpoint is a process. */
final class AdminScraper implements Scraper<GatewayProcess> {
    /** Envoy logs health check events to a file. Only the metrics port of a pod serves the file under that path. */
    @Override
    public String get(GatewayProcess process, String target) throws IOException {
        return target.equals(BootstrapSpec.CHECK_EVENTS_PATH)
                ? process.checkEvents()
                : process.admin().get(target);
    }
}
