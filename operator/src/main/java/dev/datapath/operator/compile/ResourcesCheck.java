package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.Gateway;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.plan.GatewayPlan;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Checks the compute resources of a gateway. Quantities with which no gateway can run are reported and replaced by the nearest
 * possible ones.
 */
final class ResourcesCheck {
    private static final BigDecimal LEAST_MEMORY = BigDecimal.valueOf(GatewayPlan.LEAST_MEMORY);
    private static final BigDecimal MOST_MEMORY = BigDecimal.valueOf(Long.MAX_VALUE);

    private ResourcesCheck() {}

    /** The memory limit in bytes; null when there is none. */
    static @Nullable Long memoryLimit(Gateway.Resources resources, Report at) {
        checkRequests(resources, at);
        checkCpu(resources, at);
        var text = resources.limits().get("memory");
        var limit = text == null ? null : amount(text);
        if (text == null || limit == null) {
            return null;
        }
        if (limit.compareTo(LEAST_MEMORY) >= 0) {
            return limit.min(MOST_MEMORY).longValue();
        }
        at.field("limits")
                .field("memory")
                .error(
                        Reason.Invalid,
                        text + " is less than a gateway needs: write " + mebibytes(LEAST_MEMORY) + " or more"
                                + meant(text) + "; until then " + mebibytes(LEAST_MEMORY) + " is used");
        return GatewayPlan.LEAST_MEMORY;
    }

    /** Whether there is an amount above 0. */
    static boolean isPositive(@Nullable String quantity) {
        var amount = quantity == null ? null : amount(quantity);
        return amount != null && amount.signum() > 0;
    }

    /** Whether an amount is less than another one; 1 and 1000m are the same. */
    static boolean isLess(String quantity, String other) {
        var amount = amount(quantity);
        var of = amount(other);
        return amount != null && of != null && amount.compareTo(of) < 0;
    }

    private static void checkRequests(Gateway.Resources resources, Report at) {
        new TreeMap<>(resources.requests()).forEach((name, request) -> {
            var limit = resources.limits().get(name);
            var asked = amount(request);
            var most = limit == null ? null : amount(limit);
            if (asked != null && most != null && most.signum() > 0 && asked.compareTo(most) > 0) {
                at.field("requests")
                        .field(name)
                        .error(
                                Reason.Invalid,
                                "the request is " + request + ", and the limit is " + limit
                                        + ": raise the limit, or lower the request; until then the request is the limit");
            }
        });
    }

    private static void checkCpu(Gateway.Resources resources, Report at) {
        var text = resources.limits().get("cpu");
        var limit = text == null ? null : amount(text);
        if (limit != null && limit.signum() == 0) {
            at.field("limits")
                    .field("cpu")
                    .error(
                            Reason.Invalid,
                            "a gateway cannot run without CPU: write a limit such as \"2\", or remove it; until then there is no"
                                    + " limit");
        }
    }

    /** A suggestion for the usual mistake: the unit m, or no unit. */
    private static String meant(String text) {
        var digits = text.replaceFirst("m$", "");
        return digits.matches("[1-9][0-9]{2,5}") ? "; did you mean " + digits + "Mi?" : "";
    }

    private static String mebibytes(BigDecimal bytes) {
        return (bytes.longValue() >> 20) + "Mi";
    }

    /** Null for text that the schema rejects. */
    private static @Nullable BigDecimal amount(String text) {
        try {
            return new Quantity(text).getNumericalAmount();
        } catch (ArithmeticException | IllegalArgumentException unreadable) {
            return null;
        }
    }
}
