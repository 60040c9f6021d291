package dev.datapath.e2e.k3s;

import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/** @param missing why tests in a cluster cannot run here, asked and said once for all tests of a kind; empty when they can */
record Availability(Optional<String> missing) {

    private static Availability find(Supplier<Optional<String>> missing) {
        var reason = missing.get();
        reason.ifPresent(text -> System.err.println("NOT TESTED in a cluster: " + text));
        return new Availability(reason);
    }

    /** Whether a test runs; {@code missing} is asked when the store has no answer yet. */
    static ConditionEvaluationResult in(Store store, Supplier<Optional<String>> missing) {
        return store.getOrComputeIfAbsent(Availability.class, type -> find(missing), Availability.class)
                .missing()
                .map(ConditionEvaluationResult::disabled)
                .orElseGet(() -> ConditionEvaluationResult.enabled("a cluster can be had"));
    }
}
