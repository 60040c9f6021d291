package dev.datapath.operator.cluster;

import dev.datapath.operator.text.BoundedName;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;

/** Writes {@code events.k8s.io} Events. A failure is only logged, because status contains the same information. */
final class EventRecorder {
    private static final System.Logger LOG = System.getLogger(EventRecorder.class.getName());
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    /** Maximum length of a note in the API. */
    private static final int MAX_NOTE = 1024;
    /** Maximum length of a name, less a dot and the digits of a serial number. */
    private static final int MAX_OBJECT = 253 - 1 - 16;

    private final KubernetesClient client;
    private final String instance;
    private final InstantSource clock;
    private final AtomicLong serial;

    /** @param instance name of this operator's pod */
    EventRecorder(KubernetesClient client, String instance, InstantSource clock) {
        this.client = client;
        this.instance = instance;
        this.clock = clock;
        serial = new AtomicLong(clock.millis() << 16);
    }

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
            try {
                client.resource(event).create();
            } catch (KubernetesClientException e) {
                LOG.log(System.Logger.Level.WARNING, "cannot create an Event: {0}", e.getMessage());
            }
        }
    }

    /** The name of an Event about an object. */
    static String name(String object, long serial) {
        return BoundedName.of(object, MAX_OBJECT) + "." + Long.toHexString(serial);
    }
}
