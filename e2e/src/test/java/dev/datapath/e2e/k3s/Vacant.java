package dev.datapath.e2e.k3s;

import java.util.function.Function;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A cluster with a store and the images, in which DataPath is not installed: tests that ask for its {@link K3sCluster} and its
 * {@link Site} install it, and leave nothing of it behind. Skipped, with the reason, where no cluster or no images can be had.
 */
public final class Vacant implements ExecutionCondition, ParameterResolver {

    /** Closed by JUnit at the end of the run. */
    private record Shared(K3sCluster cluster, Site site) implements AutoCloseable {
        static Shared start() {
            var cluster = K3sCluster.start(K3sImage.configured());
            try {
                Installation.load(cluster);
                return new Shared(cluster, Site.prepare(cluster, "vacant", 8081));
            } catch (RuntimeException e) {
                cluster.close();
                throw e;
            }
        }

        @Override
        public void close() {
            cluster.close();
        }
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return Availability.in(
                store(context), () -> K3sImage.configured().missing().or(Installation::missing));
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == K3sCluster.class
                || parameter.getParameter().getType() == Site.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Function<Shared, Object> part =
                parameter.getParameter().getType() == Site.class ? Shared::site : Shared::cluster;
        return part.apply(store(context).getOrComputeIfAbsent(Shared.class, type -> Shared.start(), Shared.class));
    }

    private static Store store(ExtensionContext context) {
        return context.getRoot().getStore(ExtensionContext.Namespace.create(Vacant.class));
    }
}
