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
import dev.datapath.operator.threads.LookTimer;
import dev.datapath.operator.threads.MonotonicClock;
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
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.health.InformerHealthIndicator;
import io.javaoperatorsdk.operator.health.InformerWrappingEventSourceHealthIndicator;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The operator in a cluster: the composition root of everything in this package, without any command line or HTTP server around it.
 * Of several operators one leads and does the work; the others watch too, so that they can take over at once.
 */
public final class OperatorRuntime implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(OperatorRuntime.class.getName());
    private static final int TOO_MANY_REQUESTS = 429;
    /** Many wait, for the API server; few can compile at the same time. */
    private static final int RECONCILIATIONS = 16;

    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofMinutes(1);
    private static final Duration SYNC_TIMEOUT = Duration.ofMinutes(1);
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final Duration RENEW = Duration.ofSeconds(7);
    private static final Duration RETRY = Duration.ofSeconds(2);
    /** Many gateways acknowledge one change, each of its types. */
    private static final Duration UNTIL_ACKNOWLEDGED = Duration.ofMillis(100);
    /** All gateways see a node fail, each by itself; each is scraped every three seconds. */
    private static final Duration UNTIL_REPORTED = Duration.ofSeconds(1);

    private final OperatorSettings settings;
    private final OperatorMetrics work;
    private final XdsServer xds;
    private final AuthorityKeeper authority;
    private final HostResolver resolver;
    private final ClusterObjects objects;
    private final GatewayReports<String> reports;
    private final LookTimer timer = new LookTimer();
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
        var dataPaths = new DataPaths(publisher, work::findings, key -> dependents.look(dataPath(key)));
        boolean podMonitors = OwnedObjects.knowsPodMonitors(client);
        var owned = OwnedObjects.ofGateways(podMonitors);
        Runnable lookAtAll = () -> dataPaths.all().forEach(managed -> dependents.look(dataPath(managed.key())));
        authority = new AuthorityKeeper(
                client,
                settings,
                state -> Identities.lacking(owned.primaries(), name -> owned.whole(Secret.class, name), state),
                lookAtAll,
                clock);
        xds = XdsServer.builder(store)
                .address("0.0.0.0", settings.xdsPort())
                .tls(authority.tls())
                .connectionAge(settings.certificates().connectionAge())
                .standby()
                .events(metrics)
                .clock(elapsed)
                .start();
        var acknowledged = new Wakes<String>(timer, UNTIL_ACKNOWLEDGED, key -> dependents.look(dataPath(key)));
        xds.sync().onChange(acknowledged::changed);
        resolver = new HostResolver(
                names,
                namespace -> dataPaths
                        .all()
                        .map(ManagedDataPath::key)
                        .filter(key -> key.namespace().equals(namespace))
                        .forEach(key -> dependents.look(dataPath(key))));
        objects = new ClusterObjects(client, dependents::look, elapsed);
        var reported = new Wakes<ObjectRef>(timer, UNTIL_REPORTED, dependents::look);
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
                        clock),
                resync);
        // What is said of these follows from DataPaths, whose resync looks at them too. There may be thousands, and a
        // timer for each
        // time that one of them was looked at would take more memory than they do.
        register(new RoutingPolicyReconciler(observations, dependents, writer, clock), null);
        register(new ObjectiveReconciler(observations, dependents, writer, clock), null);
    }

    /**
     * Starts to watch and, as soon as this operator leads, to work. Waits for the API server when that does not answer: a process that
     * ends instead is started again ever later.
     *
     * @param client used by this alone, and not closed by it
     * @param registry where metrics go
     * @param work counts the work; the client has it as an interceptor
     * @throws IOException when the xDS port cannot be opened
     * @throws InterruptedException when the thread is interrupted while it waits
     */
    public static OperatorRuntime start(
            OperatorSettings settings, KubernetesClient client, MeterRegistry registry, OperatorMetrics work)
            throws IOException, InterruptedException {
        return start(settings, client, registry, work, ClusterNames.of(RESOLV_CONF, NameService.absolute()), true);
    }

    /**
     * The same.
     *
     * @param names looks up host names
     * @param exits whether the process ends when this operator does not lead any more
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
        while (!answers(client)) {
            Thread.sleep(RETRY);
        }
        var runtime = new OperatorRuntime(settings, client, registry, work, names, exits);
        runtime.authority.start();
        runtime.operator.start();
        return runtime;
    }

    /** Whether the API server is there. What it refuses is not asked about here. */
    private static boolean answers(KubernetesClient client) {
        try {
            client.getKubernetesVersion();
            // It is asked for again at once, and then a failure ends the process.
            OwnedObjects.knowsPodMonitors(client);
            return true;
        } catch (KubernetesClientException e) {
            boolean refuses = e.getCode() >= 400 && e.getCode() < 500 && e.getCode() != TOO_MANY_REQUESTS;
            if (!refuses) {
                LOG.log(System.Logger.Level.WARNING, "waiting for the API server: {0}", e.getMessage());
            }
            return refuses;
        }
    }

    /** Whether all caches are filled, so that this operator works or could take over at once. */
    public boolean ready() {
        return operator.getRuntimeInfo().isStarted() && unhealthy().allMatch(EventSources::filled);
    }

    /**
     * Whether all watches go on, or try to. One that has ended comes back only with a restart; a restart does not bring back an API
     * server that is away, but would forget what gateways run.
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

    /** Caches that are not filled, or whose watches do not go on just now. */
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
                // What was written is seen at once, though watches tell of it later: else status and Events are written
                // twice.
                .withParseResourceVersions(true)
                // A permission that is taken away is given back some day: watches go on trying.
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

    /** @param resync how often each object is looked at without any event; null for never */
    private <P extends HasMetadata> void register(Reconciler<P> reconciler, @Nullable Duration resync) {
        operator.register(reconciler, (ControllerConfigurationOverrider<P> overrider) -> {
            if (settings.watched().isEmpty()) {
                overrider.watchingAllNamespaces();
            } else {
                overrider.settingNamespaces(settings.watched());
            }
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
