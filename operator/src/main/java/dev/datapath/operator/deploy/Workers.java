package dev.datapath.operator.deploy;

import dev.datapath.api.v1alpha1.Gateway.Resources;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.RoundingMode;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many worker threads a gateway runs: one for each CPU that it may use, or has asked for when it has no limit. Envoy's
 * own choice would be one for each CPU of the machine, however many pods share it.
 */
final class Workers {
    private static final int MOST = 128;
    /** For gateways whose CPU is left open: with one, a long handshake of one client would be waited for by all others. */
    private static final int UNKNOWN = 2;

    private Workers() {}

    static int of(Resources resources) {
        var cpu = resources.limits().getOrDefault("cpu", resources.requests().get("cpu"));
        if (cpu == null) {
            return UNKNOWN;
        }
        var cpus = new Quantity(cpu).getNumericalAmount().setScale(0, RoundingMode.CEILING);
        return cpus.intValue() < 1 ? 1 : Math.min(cpus.intValue(), MOST);
    }

    static Map<String, Quantity> quantities(Map<String, String> texts) {
        var quantities = new TreeMap<String, Quantity>();
        texts.forEach((resource, text) -> quantities.put(resource, new Quantity(text)));
        return quantities;
    }
}
