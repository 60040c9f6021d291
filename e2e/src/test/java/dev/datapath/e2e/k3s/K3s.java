package dev.datapath.e2e.k3s;

import dev.datapath.e2e.Shared;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The cluster that all tests of a run share, started when first asked for, with the custom resource definitions installed. Tests
 * do not meet in it: each makes namespaces of its own.
 */
public final class K3s {
    private K3s() {}

    /** A test in a real cluster: it may take a {@link K3sCluster} as a parameter. Skipped, with the reason, where none can be had. */
    @Target(ElementType.TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    @Tag("tier4")
    @ExtendWith(K3s.Extension.class)
    public @interface Test {}

    static final class Extension extends Shared<K3sCluster> implements ExecutionCondition {
        Extension() {
            super(K3sCluster.class);
        }

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return Availability.in(store(context), () -> K3sImage.configured().missing());
        }

        @Override
        protected K3sCluster make(ExtensionContext context) {
            var cluster = K3sCluster.start(K3sImage.configured());
            cluster.installCrds();
            return cluster;
        }
    }
}
