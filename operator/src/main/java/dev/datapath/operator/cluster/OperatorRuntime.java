package dev.datapath.operator.cluster;

import dev.datapath.operator.ca.Issuer;
import dev.datapath.operator.engine.DataPaths;
import dev.datapath.operator.engine.DecisionKeeper;
import dev.datapath.operator.engine.DeliveryMetrics;
import dev.datapath.operator.engine.Engine;
import dev.datapath.operator.engine.ManagedDataPath;
import dev.datapath.operator.engine.Observations;
import dev.datapath.operator.engine.Publisher;
import dev.datapath.operator.envoy.RenderOptions;
import dev.datapath.operator.infra.cluster.AuthorityKeeper;
import dev.datapath.operator.infra.cluster.ClusterInfra;
import dev.datapath.operator.infra.cluster.DecisionConfigMaps;
import dev.datapath.operator.infra.cluster.Deployer;
import dev.datapath.operator.infra.cluster.DesiredObjects;
import dev.datapath.operator.infra.cluster.Disconnects;
import dev.datapath.operator.infra.cluster.FleetCare;
import dev.datapath.operator.infra.cluster.GatewayMemory;
import dev.datapath.operator.infra.cluster.HttpScraper;
import dev.datapath.operator.infra.cluster.Identities;
import dev.datapath.operator.infra.cluster.LastGoodKeeper;
import dev.datapath.operator.infra.cluster.ObjectApplier;
import dev.datapath.operator.infra.cluster.OperatorSettings;
import dev.datapath.operator.infra.cluster.OwnedObjects;
import dev.datapath.operator.infra.cluster.PodFleet;
import dev.datapath.operator.infra.cluster.PolicyHandover;
import dev.datapath.operator.infra.cluster.Reconnects;
import dev.datapath.operator.kubernetes.EventSources;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.names.ClusterNames;
import dev.datapath.operator.names.HostResolver;
import dev.datapath.operator.names.JvmAddressCache;
import dev.datapath.operator.names.NameService;
import dev.datapath.operator.plan.ContainerPorts;
import dev.datapath.operator.source.cluster.ClusterObjects;
import dev.datapath.operator.telemetry.GatewayReports;
import dev.datapath.operator.telemetry.ScrapeSettings;
import dev.datapath.operator.threads.MonotonicClock;
import dev.datapath.operator.threads.RetryingTimer;
import dev.datapath.operator.threads.Wakes;
import dev.datapath.operator.xds.SnapshotStore;
import dev.datapath.operator.xds.XdsServer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.health.InformerHealthIndicator;
import io.javaoperatorsdk.operator.health.InformerWrappingEventSourceHealthIndicator;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The operator in a cluster: the composition root of this package, without command line and HTTP server. One replica leads and
 * reconciles. The others also keep their caches current, to take over at once.
 */
public final class OperatorRuntime implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(OperatorRuntime.class.getName());
    private static final int TOO_MANY_REQUESTS = 429;
    /** Number of reconciler threads. Most of them wait for the API server; few compile at the same time. */
    private static final int RECONCILIATIONS = 16;

    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofMinutes(1);
    private static final Duration SYNC_TIMEOUT = Duration.ofMinutes(1);
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final Duration RENEW = Duration.ofSeconds(7);
    private static final Duration RETRY = Duration.ofSeconds(2);
    /** Acknowledgements within this time trigger once, because every gateway acknowledges every resource type of a change. */
    private static final Duration UNTIL_ACKNOWLEDGED = Duration.ofMillis(100);
    /**
     * Reports within this time trigger once, because all gateways detect the failure of a node independently. Each is scraped every
     * three seconds.
     */
    private static final Duration UNTIL_REPORTED = Duration.ofSeconds(1);

    private final OperatorSettings settings;
    private final OperatorMetrics work;
    private final XdsServer xds;
    private final AuthorityKeeper authority;
    private final HostResolver resolver;
    private final ClusterObjects objects;
    private final GatewayReports<String> reports;
    /** Namespaces of which some list was never answered, as they were reported last. */
    private final AtomicReference<Set<String>> unreadable = new AtomicReference<>(Set.of());

    private final RetryingTimer timer = new RetryingTimer();
    private final EventRecorder events;
    private final StatusWriter writer;
    private final Operator operator;

    private OperatorRuntime(
            OperatorSettings settings,
            KubernetesClient client,
            MeterRegistry registry,
            OperatorMetrics work,
            NameService names,
            boolean exits)
            throws IOException {
        this.settings = settings;
        this.work = work;
        var clock = InstantSource.system();
        var elapsed = new MonotonicClock();
        var dependents = new Dependents(timer);
        var metrics = new DeliveryMetrics(registry);
        var store = new SnapshotStore();
        var publisher = new Publisher(store, RenderOptions::pod);
        var dataPaths = new DataPaths(publisher, work::findings, key -> dependents.trigger(dataPath(key)));
        boolean podMonitors = OwnedObjects.knowsPodMonitors(client);
        var owned = OwnedObjects.ofGateways(podMonitors);
        Runnable triggerAll = () -> dataPaths.all().forEach(managed -> dependents.trigger(dataPath(managed.key())));
        authority = new AuthorityKeeper(
                client,
                settings,
                state -> Identities.lacking(owned.primaries(), name -> owned.whole(Secret.class, name), state),
                triggerAll,
                clock);
        xds = XdsServer.builder(store)
                .address("0.0.0.0", settings.xdsPort())
                .tls(authority.tls())
                .connectionAge(settings.certificates().connectionAge())
                .standby()
                .events(metrics)
                .clock(elapsed)
                .start();
        var acknowledged = new Wakes<String>(timer, UNTIL_ACKNOWLEDGED, key -> dependents.trigger(dataPath(key)));
        xds.sync().onChange(acknowledged::changed);
        resolver = new HostResolver(
                names,
                namespace -> dataPaths
                        .all()
                        .map(ManagedDataPath::key)
                        .filter(key -> key.namespace().equals(namespace))
                        .forEach(key -> dependents.trigger(dataPath(key))));
        objects = new ClusterObjects(client, dependents::trigger, elapsed);
        var reported = new Wakes<ObjectRef>(timer, UNTIL_REPORTED, dependents::trigger);
        reports = new GatewayReports<>(
                new HttpScraper(ContainerPorts.METRICS), ScrapeSettings.PODS, reported::changed, elapsed);
        var pools = OwnedObjects.ofPools();
        events = new EventRecorder(client, settings.name(), clock, work::droppedEvent);
        writer = new StatusWriter(events::record);
        operator = new Operator(overrider -> configure(overrider, client, exits));
        var resync = settings.resync();
        var infra = new ClusterInfra(
                new Deployer(
                        new DesiredObjects(settings, podMonitors),
                        new Identities(authority, new Issuer(AuthorityKeeper.lifetimes(settings)), owned, clock),
                        new ObjectApplier(client, owned, elapsed)),
                new PodFleet(
                        owned,
                        xds.sync(),
                        settings.xdsHost() + ":" + settings.xdsPort(),
                        settings.deploy().allowed()),
                new FleetCare(client, reports, xds.sync(), elapsed),
                () -> new GatewayMemory(
                        new LastGoodKeeper(name -> owned.whole(Secret.class, name), elapsed),
                        new PolicyHandover(name -> owned.whole(NetworkPolicy.class, name)),
                        new Disconnects(),
                        new Reconnects(elapsed)));
        var decisions = new DecisionKeeper(
                new DecisionConfigMaps(
                        name -> owned.whole(ConfigMap.class, name),
                        new ObjectApplier(client, owned, elapsed)::applyFirst),
                registry,
                elapsed);
        var engine = new Engine(
                objects, resolver, decisions, infra, dataPaths, publisher, metrics, dependents::changed, clock);
        var observations = new Observations(engine, dataPaths, infra);
        register(
                new DataPathReconciler(
                        engine, observations, dataPaths, objects, infra, owned, dependents, writer, resync, clock),
                resync);
        register(
                new StoragePoolReconciler(
                        engine,
                        observations,
                        dependents,
                        pools,
                        new ObjectApplier(client, pools, elapsed),
                        writer,
                        clock,
                        settings.deploy().publishServices()),
                resync);
        // The status of these kinds depends on DataPaths, whose resync triggers them, too. There may be thousands of
        // these objects, and a timer for each reconciliation would take more memory than the objects.
        register(new RoutingPolicyReconciler(observations, dependents, writer, clock), null);
        register(new ObjectiveReconciler(observations, dependents, writer, clock), null);
    }

    /**
     * Starts the watches and, as soon as this replica leads, the reconcilers. Waits while the API server is unavailable, because
     * kubelet would restart an exiting process with increasing delays.
     *
     * @param client used by this object alone, and not closed by it
     * @param registry the registry for metrics
     * @param work metrics of the operator's work; also an interceptor of the client
     * @throws IOException when the xDS port cannot be opened
     * @throws InterruptedException when the thread is interrupted while it waits
     */
    public static OperatorRuntime start(
            OperatorSettings settings, KubernetesClient client, MeterRegistry registry, OperatorMetrics work)
            throws IOException, InterruptedException {
        return start(settings, client, registry, work, ClusterNames.of(RESOLV_CONF, NameService.absolute()), true);
    }

    /**
     * As the other method, with another resolver.
     *
     * @param names resolves host names
     * @param exits whether the process exits when this replica loses leadership
     */
    static OperatorRuntime start(
            OperatorSettings settings,
            KubernetesClient client,
            MeterRegistry registry,
            OperatorMetrics work,
            NameService names,
            boolean exits)
            throws IOException, InterruptedException {
        JvmAddressCache.switchOff();
        while (!available(client)) {
            Thread.sleep(RETRY);
        }
        var runtime = new OperatorRuntime(settings, client, registry, work, names, exits);
        runtime.authority.start();
        runtime.operator.start();
        return runtime;
    }

    /** Whether the API server is available. An error response such as 403 counts as available. */
    private static boolean available(KubernetesClient client) {
        try {
            client.getKubernetesVersion();
            // It is asked for again at once, and then a failure ends the process.
            OwnedObjects.knowsPodMonitors(client);
            return true;
        } catch (KubernetesClientException e) {
            boolean rejected = e.getCode() >= 400 && e.getCode() < 500 && e.getCode() != TOO_MANY_REQUESTS;
            if (!rejected) {
                LOG.log(System.Logger.Level.WARNING, "waiting for the API server: {0}", e.getMessage());
            }
            return rejected;
        }
    }

    /**
     * Whether caches are synced: this replica reconciles or can take over at once. Of the namespaces that it watches, one that it may not
     * list, or that does not exist any more, does not count.
     */
    public boolean ready() {
        if (!operator.getRuntimeInfo().isStarted()) {
            return false;
        }
        var unfilled = EventSources.unfilled(unhealthy());
        if (!unreadable.getAndSet(unfilled).equals(unfilled) && !unfilled.isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "objects of these namespaces were never listed, so their DataPaths are left as they are: {0}. Check that"
                            + " they exist and the permissions of the operator''s ServiceAccount there",
                    String.join(", ", unfilled));
        }
        return !unfilled.containsAll(
                settings.watched().isEmpty() ? Set.of(Constants.WATCH_ALL_NAMESPACES) : settings.watched());
    }

    /**
     * Whether all watches are running or reconnecting. A watch that has ended for good is restored only by a restart. An
     * unavailable API server is no reason to restart, because a restart does not help and loses the state of gateways.
     */
    public boolean alive() {
        return xds.alive()
                && timer.alive()
                && reports.alive()
                && (!operator.getRuntimeInfo().isStarted()
                        || unhealthy()
                                .flatMap(source -> source.informerHealthIndicators().values().stream())
                                .allMatch(InformerHealthIndicator::isRunning));
    }

    /** Caches that are not synced, or whose watches are currently disconnected. */
    private Stream<InformerWrappingEventSourceHealthIndicator<?>> unhealthy() {
        return operator.getRuntimeInfo().unhealthyInformerWrappingEventSourceHealthIndicator().values().stream()
                .flatMap(sources -> sources.values().stream())
                .map(source -> (InformerWrappingEventSourceHealthIndicator<?>) source);
    }

    @Override
    public void close() {
        writer.close();
        operator.stop();
        events.close();
        timer.close();
        reports.close();
        objects.close();
        resolver.close();
        authority.close();
        xds.close();
    }

    private void lead(boolean leads) {
        work.leads(leads);
        authority.lead(leads);
        xds.serving(leads);
    }

    private void configure(ConfigurationServiceOverrider overrider, KubernetesClient client, boolean exits) {
        overrider
                .withKubernetesClient(client)
                .withCloseClientOnStop(false)
                .withMetrics(work)
                .withConcurrentReconciliationThreads(RECONCILIATIONS)
                .checkingCRDAndValidateLocalModel(false)
                .withCacheSyncTimeout(SYNC_TIMEOUT)
                // Reconcilers read their own writes before the watch reports them. Otherwise status and Events would be
                // written twice.
                .withParseResourceVersions(true)
                // A missing permission may be granted later, so watches keep retrying.
                .withStopOnInformerErrorDuringStartup(false)
                .withLeaderElectionConfiguration(new LeaderElectionConfiguration(
                        settings.lease(),
                        settings.namespace(),
                        LEASE,
                        RENEW,
                        RETRY,
                        settings.name(),
                        new LeaderCallbacks(() -> lead(true), () -> lead(false), leader -> {}),
                        exits));
    }

    /** @param resync longest time between two reconciliations of an object; null for no limit */
    private <P extends HasMetadata> void register(Reconciler<P> reconciler, @Nullable Duration resync) {
        operator.register(reconciler, (ControllerConfigurationOverrider<P> overrider) -> {
            if (settings.watched().isEmpty()) {
                overrider.watchingAllNamespaces();
            } else {
                overrider.settingNamespaces(settings.watched());
            }
            overrider.withInformerListLimit(EventSources.PAGE);
            overrider.withReconciliationMaxInterval(resync);
            overrider.withRetry(new GenericRetry()
                    .setInitialInterval(FIRST_RETRY)
                    .setIntervalMultiplier(2)
                    .setMaxInterval(LAST_RETRY.toMillis())
                    .withoutMaxAttempts());
        });
    }

    private static ObjectRef dataPath(String key) {
        int slash = key.indexOf('/');
        return dataPath(new ObjectKey(key.substring(0, slash), key.substring(slash + 1)));
    }

    private static ObjectRef dataPath(ObjectKey key) {
        return new ObjectRef("DataPath", key.namespace(), key.name());
    }
}
