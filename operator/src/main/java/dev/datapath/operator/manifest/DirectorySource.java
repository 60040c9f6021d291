package dev.datapath.operator.manifest;

import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.text.VisibleText;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Watches files and directories, and notifies a listener of the objects in effect: once at the start, then after each
 * change. The listener is called on the source's own thread, one set after the other.
 *
 * <p>Editors save files in different ways. Therefore a change is read when the directory has had no events for a short
 * time, and an object whose file is missing or empty is deleted only after a longer time.
 */
public final class DirectorySource implements AutoCloseable {
    private static final Logger LOG = System.getLogger(DirectorySource.class.getName());
    private static final int MAX_QUIET_PERIODS = 10;

    /**
     * @param quiet time without events after which a change is read; a continuous stream of changes is read every ten
     *     such periods
     * @param deletion time for which an object must be missing before it is deleted
     * @param rescan period in which all files are checked without an event, for missed events and for file systems that
     *     send none
     */
    public record Timing(Duration quiet, Duration deletion, Duration rescan) {
        /** 10 ms, 250 ms, 5 s. */
        public static final Timing DEFAULT =
                new Timing(Duration.ofMillis(10), Duration.ofMillis(250), Duration.ofSeconds(5));
    }

    private final ManifestReader reader;
    private final Timing timing;
    private final Consumer<ManifestSet> listener;
    private final WatchService watcher;
    private final Map<Path, WatchKey> watched = new HashMap<>();
    private final Thread thread;
    private @Nullable ManifestSet last;
    private boolean warned;
    private boolean isKept;
    /** When each object was first found missing, in the time of {@link System#nanoTime}. */
    private final Map<ObjectRef, Long> missingSince = new HashMap<>();

    /**
     * @param reader used by this source only
     * @throws IOException when the operating system provides no watch service
     */
    public DirectorySource(ManifestReader reader, Timing timing, Consumer<ManifestSet> listener) throws IOException {
        this.reader = reader;
        this.timing = timing;
        this.listener = listener;
        this.watcher = FileSystems.getDefault().newWatchService();
        this.thread = Thread.ofPlatform().name("datapath-files").daemon().unstarted(this::run);
    }

    /** Starts watching. The first set is delivered at once, even when it is empty. */
    public void start() {
        thread.start();
    }

    /** Whether changes are still followed; if not, a restart is necessary. */
    public boolean alive() {
        return thread.isAlive();
    }

    /** Stops watching and waits until the listener has returned. */
    @Override
    public void close() throws IOException, InterruptedException {
        watcher.close();
        if (thread != Thread.currentThread()) {
            thread.join();
        }
    }

    private void run() {
        try {
            while (true) {
                read();
                await(untilNext());
            }
        } catch (ClosedWatchServiceException closed) {
            LOG.log(Level.DEBUG, "stopped watching");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The time until the next deletion or rescan. */
    private Duration untilNext() {
        return missingSince.values().stream()
                .map(since -> timing.deletion.minus(elapsed(since)))
                .reduce(timing.rescan, (one, other) -> one.compareTo(other) < 0 ? one : other);
    }

    private static Duration elapsed(long since) {
        return Duration.ofNanos(System.nanoTime() - since);
    }

    /**
     * Waits for a change, and then until there are no more events; at most for the given time when there is no change.
     */
    private void await(Duration longest) throws InterruptedException {
        WatchKey event = watcher.poll(Math.max(1, longest.toNanos()), TimeUnit.NANOSECONDS);
        for (int periods = 0; event != null && periods < MAX_QUIET_PERIODS; periods++) {
            while (event != null) {
                event.pollEvents();
                event.reset();
                event = watcher.poll();
            }
            event = watcher.poll(timing.quiet.toNanos(), TimeUnit.NANOSECONDS);
        }
        if (event != null) {
            event.pollEvents();
            event.reset();
        }
    }

    private void read() {
        try {
            ManifestSet set = reader.read(watchedListing(), this::isMissingForLong);
            long now = System.nanoTime();
            missingSince.keySet().retainAll(reader.missing());
            reader.missing().forEach(ref -> missingSince.putIfAbsent(ref, now));
            boolean changed = last == null || !set.isSameAs(last);
            // Stored before the change takes effect, and again until it succeeds: the objects in force must also be in
            // force after a restart.
            isKept = (isKept && !changed) || reader.remember();
            if (changed) {
                last = set;
                listener.accept(set);
            }
        } catch (ClosedWatchServiceException closed) {
            throw closed;
        } catch (RuntimeException | Error failed) {
            // Watching continues: the next change may be readable, and the current configuration stays in effect.
            LOG.log(Level.ERROR, "the changed files could not be read, retrying at the next change or rescan", failed);
            last = null;
        }
    }

    /**
     * Measured for each object separately: an object that is removed now does not delay the deletion of earlier ones.
     */
    private boolean isMissingForLong(ObjectRef ref) {
        Long since = missingSince.get(ref);
        return since != null && elapsed(since).compareTo(timing.deletion) >= 0;
    }

    /** Lists the files after all their directories are watched, so no change after the listing is missed. */
    private FileListing watchedListing() {
        FileListing listing = reader.list();
        while (watch(listing)) {
            listing = reader.list();
        }
        return listing;
    }

    /** @return whether a directory was added to the watched ones */
    private boolean watch(FileListing listing) {
        watched.values().removeIf(key -> !key.isValid());
        boolean more = false;
        for (Path directory : listing.directories()) {
            if (watched.containsKey(directory)) {
                continue;
            }
            try {
                watched.put(
                        directory,
                        directory.register(
                                watcher,
                                StandardWatchEventKinds.ENTRY_CREATE,
                                StandardWatchEventKinds.ENTRY_MODIFY,
                                StandardWatchEventKinds.ENTRY_DELETE));
                more = true;
            } catch (IOException unwatchable) {
                if (!warned) {
                    warned = true;
                    LOG.log(
                            Level.WARNING,
                            "{0} cannot be watched ({1}), checking for changes every {2} s",
                            VisibleText.of(directory.toString()),
                            VisibleText.of(unwatchable.toString()),
                            timing.rescan.toSeconds());
                }
            }
        }
        return more;
    }
}
