package dev.datapath.operator.kubernetes;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.ObjectState;
import dev.datapath.operator.model.ObjectKey;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.health.InformerWrappingEventSourceHealthIndicator;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Event sources of the four kinds. Dependencies are names within one namespace, and a change may have just removed such
 * a name from an object. Therefore a change of one object triggers all objects of the other kind in its namespace. A
 * reconciliation that finds no change is cheap.
 */
public final class EventSources {
    /** So many objects are in memory as text at once when a list is read; each may have up to 1.5 MB (etcd). */
    public static final long PAGE = 10;

    private EventSources() {}

    /**
     * Objects of a kind whose changes trigger the primaries of their namespace. A change of status alone triggers
     * nothing.
     */
    public static <T extends HasMetadata, P extends HasMetadata> InformerEventSource<T, P> beside(
            EventSourceContext<P> context, Class<T> kind) {
        return source(context, kind, (now, before) -> !ObjectState.same(before, now));
    }

    /** Objects of a kind whose creation and deletion trigger the primaries of their namespace. */
    public static <T extends HasMetadata, P extends HasMetadata> InformerEventSource<T, P> existence(
            EventSourceContext<P> context, Class<T> kind) {
        return source(context, kind, (now, before) -> false);
    }

    private static <T extends HasMetadata, P extends HasMetadata> InformerEventSource<T, P> source(
            EventSourceContext<P> context, Class<T> kind, BiFunction<T, T, Boolean> concerns) {
        Function<T, Set<ResourceID>> primaries =
                object -> in(context, object.getMetadata().getNamespace()).collect(Collectors.toSet());
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(kind, context.getPrimaryResourceClass())
                        .withName(kind.getSimpleName())
                        .withInformerListLimit(PAGE)
                        .withSecondaryToPrimaryMapper(primaries::apply)
                        .withOnUpdateFilter(concerns::apply)
                        .build(),
                context);
    }

    /**
     * Whether its objects of a namespace were listed at least once. Until then it looks as if there were none. An operator that watches
     * single namespaces has a list for each, and one that cannot be read must not concern the others.
     */
    public static boolean filled(InformerWrappingEventSourceHealthIndicator<?> source, String namespace) {
        var lists = source.informerHealthIndicators();
        var list = lists.getOrDefault(namespace, lists.get(Constants.WATCH_ALL_NAMESPACES));
        return list != null && list.hasSynced();
    }

    /** The namespaces of which some list was never answered; {@link Constants#WATCH_ALL_NAMESPACES} for a list of all. */
    public static Set<String> unfilled(Stream<? extends InformerWrappingEventSourceHealthIndicator<?>> sources) {
        return sources.flatMap(source -> source.informerHealthIndicators().entrySet().stream())
                .filter(list -> !list.getValue().hasSynced())
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Whether a DataPath of that name exists or may exist. A DataPath that is being deleted does not count: it is no
     * longer reconciled, and a finalizer may keep it for any length of time.
     */
    public static boolean mayExist(@Nullable InformerEventSource<DataPath, ?> dataPaths, ObjectKey key) {
        return dataPaths != null
                && (!filled(dataPaths, key.namespace())
                        || dataPaths
                                .get(id(key))
                                .filter(dataPath -> dataPath.getMetadata().getDeletionTimestamp() == null)
                                .isPresent());
    }

    /** The primaries of a namespace. */
    public static <P extends HasMetadata> Stream<ResourceID> in(EventSourceContext<P> context, String namespace) {
        return context.getPrimaryCache().list(namespace).map(ResourceID::fromResource);
    }

    /** The objects of a namespace by name. The order does not depend on the API server. */
    public static <T extends HasMetadata> List<T> sorted(InformerEventSource<T, ?> source, String namespace) {
        return source.list(namespace, object -> true)
                .sorted(Comparator.comparing(object -> object.getMetadata().getName()))
                .toList();
    }

    public static ResourceID id(ObjectKey key) {
        return new ResourceID(key.name(), key.namespace());
    }
}
