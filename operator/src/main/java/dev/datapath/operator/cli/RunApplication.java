package dev.datapath.operator.cli;

import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.manifest.ManifestReader;
import dev.datapath.operator.standalone.EnvoyBinary;
import dev.datapath.operator.standalone.Standalone;
import dev.datapath.operator.standalone.StandaloneOptions;
import dev.datapath.operator.text.VisibleText;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.Unremovable;
import io.quarkus.runtime.QuarkusApplication;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.ConfigProvider;
import picocli.CommandLine;
import sun.misc.Signal;

/** The main function of the Quarkus process: runs {@link Standalone} until a signal is received, then drains and stops it. */
@Singleton
@Unremovable
public final class RunApplication implements QuarkusApplication {
    private final MeterRegistry registry;
    private final RunState state;

    @Inject
    RunApplication(MeterRegistry registry, RunState state) {
        this.registry = registry;
        this.state = state;
    }

    @Override
    public int run(String... arguments) throws InterruptedException {
        var options = CommandLine.populateCommand(new RunOptions(), arguments);
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        var display = Display.of(out, options.table);
        var reader = new ManifestReader(ApiCatalog.load(), List.of(options.directory), InstantSource.system());
        try (var standalone = Standalone.start(standaloneOptions(options), reader, registry, display::show)) {
            state.started(standalone::ready, standalone::alive);
            var http = ConfigProvider.getConfig().getValue("quarkus.http.port", Integer.class);
            display.started(options.directory, http);
            var stop = onSignals(standalone);
            stop.await();
            display.stopping();
            standalone.stop();
            display.stopped();
            return 0;
        } catch (IOException e) {
            System.err.println("error: " + VisibleText.of(String.valueOf(e.getMessage())));
            return 1;
        }
    }

    /**
     * SIGHUP is sent when a terminal is closed. When it is ignored, as with nohup, the JVM keeps ignoring it.
     *
     * <p>The first signal drains and stops, the next one stops at once.
     */
    private static CountDownLatch onSignals(Standalone standalone) {
        var stop = new CountDownLatch(1);
        var count = new AtomicInteger();
        for (var name : new String[] {"INT", "TERM", "HUP"}) {
            Signal.handle(new Signal(name), signal -> {
                if (count.getAndIncrement() == 0) {
                    stop.countDown();
                } else {
                    standalone.hurry();
                }
            });
        }
        return stop;
    }

    private static StandaloneOptions standaloneOptions(RunOptions options) throws IOException {
        var envoy = EnvoyBinary.find(System.getProperty(EnvoyBinary.PROPERTY), System.getenv(), Path.of(""))
                .orElseThrow(
                        () -> new IOException(
                                "the Envoy binary was removed after the start; install it again with gateway-image/install-envoy"));
        return new StandaloneOptions(
                options.directory,
                options.gateways,
                options.portOffset,
                options.bindAddress,
                options.workers,
                options.workDirectory,
                envoy);
    }

    /** The error message for a failed start of Quarkus. */
    static String explain(Throwable failure, int httpPort) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException
                    || cause.getClass().getSimpleName().equals("QuarkusBindException")) {
                return "port " + httpPort
                        + " for health and metrics is in use: choose another one with --http-port, or 0 for a free one";
            }
        }
        return failure.toString();
    }
}
