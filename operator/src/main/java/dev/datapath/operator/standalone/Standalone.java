package dev.datapath.operator.standalone;

import dev.datapath.api.v1alpha1.DataPathStatus;
import dev.datapath.operator.engine.DataPaths;
import dev.datapath.operator.engine.DecisionKeeper;
import dev.datapath.operator.engine.DeliveryMetrics;
import dev.datapath.operator.engine.Engine;
import dev.datapath.operator.engine.Observations;
import dev.datapath.operator.engine.Publisher;
import dev.datapath.operator.manifest.DirectorySource;
import dev.datapath.operator.manifest.ManifestReader;
import dev.datapath.operator.model.Decisions;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.names.HostResolver;
import dev.datapath.operator.names.JvmAddressCache;
import dev.datapath.operator.names.NameService;
import dev.datapath.operator.telemetry.GatewayReports;
import dev.datapath.operator.telemetry.ScrapeSettings;
import dev.datapath.operator.threads.Daemons;
import dev.datapath.operator.threads.MonotonicClock;
import dev.datapath.operator.threads.Recurrence;
import dev.datapath.operator.xds.SnapshotStore;
import dev.datapath.operator.xds.XdsServer;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs the objects of a directory on this machine: the composition root of standalone mode, without command line and
 * HTTP server.
 */
public final class Standalone implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Standalone.class.getName());

    /** Several times in the shortest time after which systems delete temporary files that are not used. */
    private static final Duration MARK_USED = Duration.ofHours(1);

    private final WorkDirectory work;
    private final StatusDirectory status;
    private final XdsServer xds;
    private final HostResolver resolver;
    private final GatewayReports<GatewayProcess> reports;
    private final LogTrimmer logs = new LogTrimmer();
    private final BackgroundDrain drain;
    private final ControlLoop loop;
    private final DataPaths dataPaths;
    private final DirectorySource source;
    private final Recurrence markUsed;

    private Standalone(
            WorkDirectory work,
            StatusDirectory status,
            StandaloneOptions options,
            ManifestReader reader,
            MeterRegistry registry,
            Consumer<Overview> display,
            GatewayLauncher launcher,
            NameService names,
            InstantSource clock)
            throws IOException {
        this.work = work;
        this.status = status;
        var elapsed = new MonotonicClock();
        var signal = new Signal();
        var delivery = new DeliveryMetrics(registry);
        var store = new SnapshotStore();
        // A port on loopback would expose the private keys of the listeners to every user of the machine.
        xds = XdsServer.builder(store)
                .socket(work.xdsSocket())
                .events(delivery)
                .clock(elapsed)
                .start();
        resolver = new HostResolver(names, namespace -> signal.wake());
        reports = new GatewayReports<>(new AdminScraper(), ScrapeSettings.PROCESSES, object -> signal.wake(), elapsed);
        drain = new BackgroundDrain(Drain.DEFAULT, signal::wake);
        var blueprint = new GatewayBlueprint(
                options.envoy(), work, options.bindAddress(), options.portOffset(), options.workers());
        var publisher = new Publisher(store, plan -> blueprint.options());
        dataPaths = new DataPaths(publisher, findings -> {}, key -> signal.wake());
        var ports = new GatewayPorts(store, dataPaths, blueprint, options.gateways());
        var fleet = new LocalFleet(blueprint, launcher, drain, reports, logs, signal::wake);
        xds.sync().onChange(key -> signal.wake());
        var objects = new ManifestObjects(ports);
        var observer = new FleetObserver(fleet, xds.sync(), ports, elapsed);
        var infra = new LocalInfra(
                fleet, observer, ports, addresses(options.bindAddress()), work.lastGood(), work.lastAdmitted());
        var engine = new Engine(
                objects,
                resolver,
                new DecisionKeeper(new DecisionFiles(work::decisions), registry, elapsed),
                infra,
                dataPaths,
                publisher,
                delivery,
                namespace -> {},
                clock);
        var book = new StatusBook(status);
        loop = new ControlLoop(
                signal,
                elapsed,
                objects,
                dataPaths,
                engine,
                fleet,
                observer,
                new PortRetry(ports, PortRetry::isFree),
                new StatusPass(book, engine, new Observations(engine, dataPaths, infra), dataPaths, clock),
                new Reporter(new RuntimeMetrics(registry), book, infra, display));
        reader.continueFrom(work.lastAdmitted());
        source = new DirectorySource(reader, DirectorySource.Timing.DEFAULT, loop::offer);
        markUsed = new Recurrence("work-directory", () -> {
            try {
                work.markUsed(clock.instant());
            } catch (IOException e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "cannot mark the files of the work directory as used: {0}",
                        e.toString());
            }
            return MARK_USED;
        });
    }

    /**
     * Starts all components.
     *
     * @param reader reader of the source directory; used only here
     * @param registry registry of the metrics
     * @param display shows the overview for the terminal; called from one thread, when it has changed
     * @throws IOException when the work directory or the source is in use, or the xDS socket cannot be opened; the
     *     message names the remedy
     */
    public static Standalone start(
            StandaloneOptions options, ManifestReader reader, MeterRegistry registry, Consumer<Overview> display)
            throws IOException {
        return start(
                options, reader, registry, display, new LocalLauncher(), NameService.system(), InstantSource.system());
    }

    /**
     * Starts all components with replaceable parts.
     *
     * @param launcher starts gateways
     * @param names looks up host names
     * @param clock the time of day, which may be set at any time
     */
    static Standalone start(
            StandaloneOptions options,
            ManifestReader reader,
            MeterRegistry registry,
            Consumer<Overview> display,
            GatewayLauncher launcher,
            NameService names,
            InstantSource clock)
            throws IOException {
        JvmAddressCache.switchOff();
        var directory = options.workDirectory();
        var work = WorkDirectory.open(directory == null ? WorkDirectory.standard(options.source()) : directory);
        StatusDirectory status;
        try {
            status = StatusDirectory.open(options.source(), work.root(), StatusBook::isStatus);
        } catch (IOException | RuntimeException e) {
            work.close();
            throw e;
        }
        try {
            var standalone = new Standalone(work, status, options, reader, registry, display, launcher, names, clock);
            Daemons.named("control-loop").newThread(standalone.loop).start();
            standalone.source.start();
            standalone.markUsed.within(Duration.ZERO);
            return standalone;
        } catch (IOException | RuntimeException e) {
            status.close();
            work.close();
            throw e;
        }
    }

    /** Whether the directory was read and the first plan of every DataPath compiled. */
    public boolean ready() {
        return loop.ready();
    }

    /**
     * Whether the control loop runs, the directory is followed and the xDS server works; if not, a restart is
     * necessary.
     */
    public boolean alive() {
        return loop.ended().getCount() > 0 && source.alive() && xds.alive() && reports.alive();
    }

    /**
     * Applies decisions about a DataPath shortly. Does nothing when the DataPath does not exist.
     *
     * @param all all decisions about it; replaces all previous decisions
     */
    public void decide(ObjectKey dataPath, Decisions all) {
        dataPaths.decide(dataPath, all);
    }

    /** The Unix domain socket of the xDS server, which only this user may open. */
    public Path xdsSocket() {
        return work.xdsSocket();
    }

    /** Drains and ends all gateways; blocks until they have ended. */
    public void stop() throws InterruptedException {
        loop.stop();
        loop.ended().await();
        work.lastGood().forgetCertificates();
    }

    /** Makes an active {@link #stop} end the gateways at once and abort their transfers. */
    public void hurry() {
        drain.hurry();
    }

    /**
     * Stops the components of this process. Gateways that were not stopped keep running, and the next run adopts them.
     */
    @Override
    public void close() throws IOException {
        try {
            // Stopped first: the loss of the xDS server during shutdown must not be reported as a status.
            loop.leave();
            if (!loop.ended().await(10, TimeUnit.SECONDS)) {
                LOG.log(System.Logger.Level.WARNING, "the control loop has not ended within 10 s");
            }
            source.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        markUsed.close();
        reports.close();
        logs.close();
        resolver.close();
        xds.close();
        // In this order: a run that waits for the status directory may use the work directory next.
        work.close();
        status.close();
    }

    private static List<DataPathStatus.Address> addresses(String bindAddress) {
        if (!bindAddress.equals("0.0.0.0") && !bindAddress.equals("::")) {
            return List.of(new DataPathStatus.Address(DataPathStatus.AddressType.IPAddress, bindAddress));
        }
        try {
            return List.of(new DataPathStatus.Address(
                    DataPathStatus.AddressType.Hostname,
                    InetAddress.getLocalHost().getHostName()));
        } catch (UnknownHostException e) {
            return List.of(new DataPathStatus.Address(DataPathStatus.AddressType.IPAddress, "127.0.0.1"));
        }
    }
}
