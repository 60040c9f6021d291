package dev.datapath.operator.reconcile;

import dev.datapath.operator.compile.ObjectRef;
import dev.datapath.operator.plan.ObjectKey;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Watches of exactly those objects that somebody refers to, one watch for each: a cluster has many more Secrets and
 * ConfigMaps than a data path names, and an operator should neither hold nor be allowed to read them all. Safe for several
 * threads.
 *
 * @param <T> the kind of object
 */
final class NamedWatches<T extends HasMetadata> implements AutoCloseable {
    private final String kind;
    private final Function<ObjectKey, SharedIndexInformer<T>> informers;
    private final Consumer<ObjectRef> onChange;
    private final Duration patience;
    private final Map<ObjectKey, Watch<T>> watches = new HashMap<>();

    private static final class Watch<T> {
        private final SharedIndexInformer<T> informer;
        private final Set<ObjectRef> users = new HashSet<>();
        private volatile @Nullable Throwable failure;

        Watch(SharedIndexInformer<T> informer) {
            this.informer = informer;
        }
    }

    /**
     * @param kind the kind's name in messages
     * @param informers makes an informer, not started, that sees what belongs to a name
     * @param onChange told of each user of a name whose objects changed; called on threads of the informers
     * @param patience how long the first look at a new name may take
     */
    NamedWatches(
            String kind,
            Function<ObjectKey, SharedIndexInformer<T>> informers,
            Consumer<ObjectRef> onChange,
            Duration patience) {
        this.kind = kind;
        this.informers = informers;
        this.onChange = onChange;
        this.patience = patience;
    }

    /**
     * Says what a user refers to now; what nobody refers to any more is not watched any more. Returns when everything new
     * was looked at once.
     *
     * @throws KubernetesClientException when the API server did not answer, or does not permit it
     */
    void want(ObjectRef user, Collection<ObjectKey> names) {
        for (var watch : started(user, names).entrySet()) {
            await(watch.getKey(), watch.getValue());
        }
    }

    /** The objects that belong to these names and exist, as the API server showed them last. */
    List<T> objects(Collection<ObjectKey> names) {
        var found = new ArrayList<T>();
        synchronized (watches) {
            for (var name : names) {
                var watch = watches.get(name);
                if (watch != null) {
                    found.addAll(watch.informer.getStore().list());
                }
            }
        }
        return found;
    }

    /** How many names are watched. */
    int size() {
        synchronized (watches) {
            return watches.size();
        }
    }

    @Override
    public void close() {
        synchronized (watches) {
            watches.values().forEach(watch -> watch.informer.close());
            watches.clear();
        }
    }

    private Map<ObjectKey, Watch<T>> started(ObjectRef user, Collection<ObjectKey> names) {
        var wanted = new HashMap<ObjectKey, Watch<T>>();
        synchronized (watches) {
            for (var name : names) {
                var watch = watches.computeIfAbsent(name, this::start);
                watch.users.add(user);
                wanted.put(name, watch);
            }
            watches.entrySet().removeIf(entry -> {
                var watch = entry.getValue();
                if (!wanted.containsKey(entry.getKey())) {
                    watch.users.remove(user);
                }
                if (watch.users.isEmpty()) {
                    watch.informer.close();
                }
                return watch.users.isEmpty();
            });
        }
        return wanted;
    }

    private Watch<T> start(ObjectKey name) {
        var watch = new Watch<>(informers.apply(name));
        watch.informer.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(T object) {
                tell(watch);
            }

            @Override
            public void onUpdate(T before, T now) {
                if (!before.getMetadata()
                        .getResourceVersion()
                        .equals(now.getMetadata().getResourceVersion())) {
                    tell(watch);
                }
            }

            @Override
            public void onDelete(T object, boolean finalStateUnknown) {
                tell(watch);
            }
        });
        // Whatever fails is tried again for as long as somebody refers to the object.
        watch.informer.exceptionHandler((started, failure) -> {
            watch.failure = failure;
            return true;
        });
        watch.informer.start();
        return watch;
    }

    private void tell(Watch<T> watch) {
        watch.failure = null;
        List<ObjectRef> users;
        synchronized (watches) {
            users = List.copyOf(watch.users);
        }
        users.forEach(onChange);
    }

    private void await(ObjectKey name, Watch<T> watch) {
        var informer = watch.informer;
        try {
            informer.start().toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KubernetesClientException("interrupted while reading " + kind + " " + name, e);
        } catch (ExecutionException | TimeoutException e) {
            var failure = watch.failure == null ? e : watch.failure;
            throw new KubernetesClientException(kind + " " + name + " cannot be read: "
                    + (failure instanceof TimeoutException
                            ? "no answer within " + patience.toSeconds() + " s"
                            : Refusal.words(failure))
                    + ". Check the permissions of the operator's ServiceAccount.");
        }
    }
}
