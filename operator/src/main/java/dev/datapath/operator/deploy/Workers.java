package dev.datapath.operator.deploy;

import dev.datapath.api.v1alpha1.Gateway.Resources;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.RoundingMode;
import java.util.Map;
import java.util.TreeMap;

/**
 * The number of worker threads of a gateway: one for each CPU of its limit, or of its request if it has no limit. The default of
 * Envoy is one for each CPU of the machine, even if many pods share it.
 */
final class Workers {
    private static final int MAX = 128;
    /**
     * For gateways without CPU request and limit. With a single worker, a slow TLS handshake of one client would delay all others.
     */
    private static final int UNKNOWN = 2;

    private Workers() {}

    static int of(Resources resources) {
        var cpu = resources.limits().getOrDefault("cpu", resources.requests().get("cpu"));
        if (cpu == null) {
            return UNKNOWN;
        }
        var cpus = new Quantity(cpu).getNumericalAmount().setScale(0, RoundingMode.CEILING);
        return cpus.intValue() < 1 ? 1 : Math.min(cpus.intValue(), MAX);
    }

    static Map<String, Quantity> quantities(Map<String, String> texts) {
        var quantities = new TreeMap<String, Quantity>();
        texts.forEach((resource, text) -> quantities.put(resource, new Quantity(text)));
        return quantities;
    }
}
