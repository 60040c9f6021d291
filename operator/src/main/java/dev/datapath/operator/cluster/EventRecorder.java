package dev.datapath.operator.cluster;

import dev.datapath.operator.text.BoundedName;
import dev.datapath.operator.threads.Daemons;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes {@code events.k8s.io} Events on a thread of its own, so that no reconciliation waits for them. A failure is
 * only logged, because status contains the same information. Thread-safe.
 */
final class EventRecorder implements AutoCloseable {
    /** Maximum number of Events that wait to be written. */
    static final int MAX_WAITING = 1000;

    private static final System.Logger LOG = System.getLogger(EventRecorder.class.getName());
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    private static final Duration LAST_WRITES = Duration.ofSeconds(2);
    /** Maximum length of a note in the API. */
    private static final int MAX_NOTE = 1024;
    /** Maximum length of a name, less a dot and the digits of a serial number. */
    private static final int MAX_OBJECT = 253 - 1 - 16;

    private final KubernetesClient client;
    private final String instance;
    private final InstantSource clock;
    private final Runnable onDrop;
    private final AtomicLong serial;
    private final AtomicLong dropped = new AtomicLong();
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_WAITING),
            Daemons.named("events"),
            (task, pool) -> drop());

    /**
     * @param instance name of this operator's pod
     * @param onDrop called for each Event that is not written because too many wait
     */
    EventRecorder(KubernetesClient client, String instance, InstantSource clock, Runnable onDrop) {
        this.client = client;
        this.instance = instance;
        this.clock = clock;
        this.onDrop = onDrop;
        serial = new AtomicLong(clock.millis() << 16);
    }

    /** Has Events written about what happened to an object. Returns at once. */
    void record(HasMetadata object, Collection<Transitions.Transition> transitions) {
        for (var transition : transitions) {
            var metadata = object.getMetadata();
            var note = transition.note();
            var event = new EventBuilder()
                    .withNewMetadata()
                    .withNamespace(metadata.getNamespace())
                    .withName(name(metadata.getName(), serial.incrementAndGet()))
                    .endMetadata()
                    .withEventTime(new MicroTime(MICROS.format(clock.instant())))
                    .withReportingController("datapath.dev/operator")
                    .withReportingInstance(instance)
                    .withAction("Reconcile")
                    .withType(transition.warning() ? "Warning" : "Normal")
                    .withReason(transition.reason())
                    .withNote(note.length() > MAX_NOTE ? note.substring(0, MAX_NOTE) : note)
                    .withRegarding(new ObjectReferenceBuilder()
                            .withApiVersion(object.getApiVersion())
                            .withKind(object.getKind())
                            .withNamespace(metadata.getNamespace())
                            .withName(metadata.getName())
                            .withUid(metadata.getUid())
                            .build())
                    .build();
            thread.execute(() -> write(event));
        }
    }

    private void write(Event event) {
        try {
            client.resource(event).create();
        } catch (KubernetesClientException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot create an Event: {0}", e.getMessage());
        }
        long missing = dropped.getAndSet(0);
        if (missing > 0) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} Events were not written, because more than {1} waited for the API server",
                    missing,
                    MAX_WAITING);
        }
    }

    private void drop() {
        dropped.incrementAndGet();
        onDrop.run();
    }

    /** Writes the waiting Events, as far as the API server answers soon. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(LAST_WRITES.toMillis(), TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /** The name of an Event about an object. */
    static String name(String object, long serial) {
        return BoundedName.of(object, MAX_OBJECT) + "." + Long.toHexString(serial);
    }
}
