package dev.datapath.operator.status;

import java.util.List;

/**
 * The state of one gateway for the status.
 *
 * @param name its name in messages
 * @param ready whether it serves
 * @param synced whether it acknowledged all of the current configuration
 * @param rejections Envoy's messages about the resources that it currently rejects
 * @param problem why it is not ready; empty when unknown
 */
public record GatewayView(String name, boolean ready, boolean synced, List<String> rejections, String problem) {
    public GatewayView {
        rejections = List.copyOf(rejections);
    }

    boolean rejecting() {
        return !rejections.isEmpty();
    }
}
