package dev.datapath.e2e.k3s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A cluster with DataPath installed by its chart, which all tests that ask for an {@link Installation} share. Skipped, with the
 * reason, where no cluster or no images can be had.
 */
public final class Installed implements ExecutionCondition, ParameterResolver {

    /** Closed by JUnit at the end of the run. */
    private record Shared(K3sCluster cluster, Installation installation) implements AutoCloseable {
        static Shared start() {
            var cluster = K3sCluster.start(K3sImage.configured());
            try {
                return new Shared(cluster, Installation.in(cluster, Map.of()));
            } catch (IOException e) {
                cluster.close();
                throw new UncheckedIOException(e);
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
        return parameter.getParameter().getType() == Installation.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return installation(context);
    }

    /** The installation, made when it is asked for the first time. */
    static Installation installation(ExtensionContext context) {
        return store(context)
                .getOrComputeIfAbsent(Shared.class, type -> Shared.start(), Shared.class)
                .installation();
    }

    static Store store(ExtensionContext context) {
        return context.getRoot().getStore(ExtensionContext.Namespace.create(Installed.class));
    }
}
