package dev.datapath.operator.cli;

import dev.datapath.operator.reconcile.OperatorMetrics;
import dev.datapath.operator.reconcile.OperatorRuntime;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.Unremovable;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import picocli.CommandLine;

/** What runs between the start and the end of Quarkus: {@link OperatorRuntime} until a signal comes. */
@Singleton
@Unremovable
public final class OperatorApplication implements QuarkusApplication {
    private final MeterRegistry registry;
    private final RunState state;

    @Inject
    OperatorApplication(MeterRegistry registry, RunState state) {
        this.registry = registry;
        this.state = state;
    }

    @Override
    public int run(String... arguments) {
        var settings =
                CommandLine.populateCommand(new OperatorOptions(), arguments).settings();
        var metrics = new OperatorMetrics(registry);
        try (var client = new KubernetesClientBuilder()
                        .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("metrics", metrics))
                        .build();
                var runtime = OperatorRuntime.start(settings, client, registry, metrics)) {
            state.started(runtime::ready, runtime::alive);
            Quarkus.waitForExit();
            return 0;
        } catch (IOException e) {
            System.err.println("error: " + e.getMessage());
            return 1;
        }
    }
}
