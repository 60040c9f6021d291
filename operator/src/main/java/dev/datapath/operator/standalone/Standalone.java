package dev.datapath.operator.standalone;

import dev.datapath.api.v1alpha1.DataPathStatus;
import dev.datapath.operator.control.Daemons;
import dev.datapath.operator.control.DeliveryMetrics;
import dev.datapath.operator.control.HostResolver;
import dev.datapath.operator.control.JvmAddressCache;
import dev.datapath.operator.control.NameService;
import dev.datapath.operator.manifest.DirectorySource;
import dev.datapath.operator.manifest.ManifestReader;
import dev.datapath.operator.xds.SnapshotStore;
import dev.datapath.operator.xds.XdsServer;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs the objects of a directory on this machine: the composition root of standalone mode, without any command line or HTTP
 * server around it.
 */
public final class Standalone implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Standalone.class.getName());

    private final WorkDirectory work;
    private final StatusDirectory status;
    private final XdsServer xds;
    private final HostResolver resolver;
    private final GatewayWatch watch;
    private final BackgroundDrain drain;
    private final ControlLoop loop;
    private final DirectorySource source;

    private Standalone(
            WorkDirectory work,
            StatusDirectory status,
            StandaloneOptions options,
            ManifestReader reader,
            MeterRegistry registry,
            Consumer<Overview> display)
            throws IOException {
        this.work = work;
        this.status = status;
        var clock = InstantSource.system();
        var signal = new Signal();
        var delivery = new DeliveryMetrics(registry);
        var store = new SnapshotStore();
        // A port on loopback would give the private keys of the listeners to every user of the machine.
        xds = XdsServer.builder(store).socket(work.xdsSocket()).events(delivery).start();
        resolver = new HostResolver(NameService.system(), namespace -> signal.wake());
        watch = new GatewayWatch(signal::wake);
        drain = new BackgroundDrain(Drain.DEFAULT, signal::wake);
        var blueprint = new GatewayBlueprint(
                options.envoy(), work, options.bindAddress(), options.portOffset(), options.workers());
        var publisher = new Publisher(store, blueprint, options.gateways());
        var fleet = new LocalFleet(blueprint, new LocalLauncher(), drain, watch, signal::wake);
        xds.sync().onChange(key -> signal.wake());
        var book = new StatusBook(status);
        loop = new ControlLoop(
                signal,
                clock,
                resolver,
                publisher,
                fleet,
                new FleetObserver(fleet, xds.sync(), publisher),
                new PortRetry(publisher, PortRetry::isFree),
                new StatusPass(book, fleet, addresses(options.bindAddress())),
                new Reporter(new RuntimeMetrics(registry), delivery, book, display));
        reader.continueFrom(work.lastAdmitted());
        source = new DirectorySource(reader, DirectorySource.Timing.DEFAULT, loop::offer);
    }

    /**
     * Starts everything.
     *
     * @param reader of the source directory; used by this alone
     * @param registry where metrics go
     * @param display shows what a person wants to see; called from one thread, when something changed
     * @throws IOException when the work directory or the source is in use, or the xDS socket cannot be opened; the message says what to do
     */
    public static Standalone start(
            StandaloneOptions options, ManifestReader reader, MeterRegistry registry, Consumer<Overview> display)
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
            var standalone = new Standalone(work, status, options, reader, registry, display);
            Daemons.named("control-loop").newThread(standalone.loop).start();
            standalone.source.start();
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

    /** Whether the control loop runs, the directory is followed and the xDS server takes work; when not, only a restart helps. */
    public boolean alive() {
        return loop.ended().getCount() > 0 && source.alive() && xds.alive() && watch.alive();
    }

    /** The Unix domain socket of the xDS server, which only this user may open. */
    public Path xdsSocket() {
        return work.xdsSocket();
    }

    /** Drains and ends all gateways; blocks until they have ended. */
    public void stop() throws InterruptedException {
        loop.stop();
        loop.ended().await();
    }

    /** Makes a {@link #stop} under way end the gateways at once, with their transfers. */
    public void hurry() {
        drain.hurry();
    }

    /** Ends what is in this process. Gateways that were not stopped go on, and the next run takes them over. */
    @Override
    public void close() throws IOException {
        try {
            // First: that gateways lose their server while the rest ends must not become a status.
            loop.leave();
            if (!loop.ended().await(10, TimeUnit.SECONDS)) {
                LOG.log(System.Logger.Level.WARNING, "the control loop has not ended within 10 s");
            }
            source.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        watch.close();
        resolver.close();
        xds.close();
        // In this order: who waits for the status directory may take the work directory next.
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
