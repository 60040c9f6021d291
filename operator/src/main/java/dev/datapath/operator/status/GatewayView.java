package dev.datapath.operator.status;

import java.util.List;

/**
 * One gateway as status sees it.
 *
 * @param name its name in messages
 * @param ready whether it serves
 * @param synced whether it acknowledged all of the current configuration
 * @param rejections what it refuses now, in Envoy's words
 * @param problem why it is not ready; empty when nothing is known
 */
public record GatewayView(String name, boolean ready, boolean synced, List<String> rejections, String problem) {
    public GatewayView {
        rejections = List.copyOf(rejections);
    }

    boolean rejecting() {
        return !rejections.isEmpty();
    }
}
