package dev.datapath.e2e.k3s;

import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/** @param missing why tests in a cluster cannot run here, asked once for all tests of a kind; empty when they can */
record Availability(Optional<String> missing) {

    /** Whether a test runs; {@code missing} is asked when the store has no answer yet. */
    static ConditionEvaluationResult in(Store store, Supplier<Optional<String>> missing) {
        return store.getOrComputeIfAbsent(
                        Availability.class, type -> new Availability(missing.get()), Availability.class)
                .missing()
                .map(ConditionEvaluationResult::disabled)
                .orElseGet(() -> ConditionEvaluationResult.enabled("a cluster can be had"));
    }
}
