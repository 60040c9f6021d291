package dev.datapath.e2e.k3s;

import dev.datapath.e2e.Shared;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A cluster of its own that has the images. Tests are skipped, with the reason, where no cluster or no images can be had. */
abstract class WithImages<T> extends Shared<T> implements ExecutionCondition {
    WithImages(Class<T> type) {
        super(type);
    }

    @Override
    public final ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return Availability.in(
                store(context), () -> K3sImage.configured().missing().or(Installation::missing));
    }

    @Override
    protected final T make(ExtensionContext context) {
        var cluster = store(context)
                .getOrComputeIfAbsent(
                        K3sCluster.class, type -> K3sCluster.start(K3sImage.configured()), K3sCluster.class);
        Installation.load(cluster);
        return in(cluster);
    }

    abstract T in(K3sCluster cluster);
}
