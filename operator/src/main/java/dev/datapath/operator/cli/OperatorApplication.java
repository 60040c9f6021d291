package dev.datapath.operator.cli;

import dev.datapath.operator.cluster.OperatorMetrics;
import dev.datapath.operator.cluster.OperatorRuntime;
import dev.datapath.operator.kubernetes.OperatorClient;
import io.fabric8.kubernetes.client.Config;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.Unremovable;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** The main function of the Quarkus process: runs {@link OperatorRuntime} until a signal is received. */
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
        try (var client = OperatorClient.of(Config.autoConfigure(null))
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("metrics", metrics))
                .build()) {
            // The start runs on its own thread, because the health endpoint must serve and signals must be handled
            // until it completes.
            var start = new Start(() -> OperatorRuntime.start(settings, client, registry, metrics));
            Quarkus.waitForExit();
            return start.stop() ? 0 : 1;
        }
    }

    /** Starts the operator, which may have to wait for the API server. */
    private final class Start {
        private final Thread thread;
        private volatile @Nullable OperatorRuntime runtime;
        private volatile boolean failed;

        Start(Callable<OperatorRuntime> runtime) {
            thread = Thread.ofPlatform().daemon().name("start").start(() -> run(runtime));
        }

        private void run(Callable<OperatorRuntime> start) {
            try {
                var started = start.call();
                runtime = started;
                state.started(started::ready, started::alive);
            } catch (InterruptedException e) {
                // The process stops before the operator has started.
            } catch (Exception e) {
                System.err.println("error: " + e.getMessage());
                failed = true;
                Quarkus.asyncExit(1);
            }
        }

        /** Stops the operator and returns whether its start had no error. */
        boolean stop() {
            thread.interrupt();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            var started = runtime;
            if (started != null) {
                started.close();
            }
            return !failed;
        }
    }
}
