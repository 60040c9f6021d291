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
 * Watches files and directories, and tells a listener what is in effect: once at the start, then after each change. The listener is
 * called on the source's own thread, one set after the other.
 *
 * <p>Editors save in many ways; a change is read when the directory has been quiet for a moment, and an object whose file has gone
 * or is empty is deleted only when that lasts.
 */
public final class DirectorySource implements AutoCloseable {
    private static final Logger LOG = System.getLogger(DirectorySource.class.getName());
    private static final int MAX_QUIET_PERIODS = 10;

    /**
     * @param quiet how long nothing must happen before a change is read; a steady stream of changes is read every ten such periods
     * @param deletion how long an object must be missing before it is deleted
     * @param rescan how often all files are looked at without being told of a change, which makes up for missed events and for file
     *     systems that send none
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
    /** When each object was first seen missing, in the time of {@link System#nanoTime}. */
    private final Map<ObjectRef, Long> missingSince = new HashMap<>();

    /**
     * @param reader used by this source only
     * @throws IOException when the operating system gives no watch service
     */
    public DirectorySource(ManifestReader reader, Timing timing, Consumer<ManifestSet> listener) throws IOException {
        this.reader = reader;
        this.timing = timing;
        this.listener = listener;
        this.watcher = FileSystems.getDefault().newWatchService();
        this.thread = Thread.ofPlatform().name("datapath-files").daemon().unstarted(this::run);
    }

    /** Starts watching; the first set comes at once, also when it is empty. */
    public void start() {
        thread.start();
    }

    /** Whether changes are still followed; when not, only a restart helps. */
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

    /** Until the next deletion or rescan. */
    private Duration untilNext() {
        return missingSince.values().stream()
                .map(since -> timing.deletion.minus(elapsed(since)))
                .reduce(timing.rescan, (one, other) -> one.compareTo(other) < 0 ? one : other);
    }

    private static Duration elapsed(long since) {
        return Duration.ofNanos(System.nanoTime() - since);
    }

    /** Waits for a change, and then until it is quiet; at most for the given time when there is none. */
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
            // Before the change takes effect, and again until it succeeds: what is in force must be in force after a
            // restart.
            isKept = (isKept && !changed) || reader.remember();
            if (changed) {
                last = set;
                listener.accept(set);
            }
        } catch (ClosedWatchServiceException closed) {
            throw closed;
        } catch (RuntimeException | Error failed) {
            // Watching goes on: the next change may well be read, and what runs keeps running.
            LOG.log(Level.ERROR, "the changed files could not be read, retrying at the next change or rescan", failed);
            last = null;
        }
    }

    /** For each object on its own: one that goes now has its time, and takes none from those that went before. */
    private boolean isMissingForLong(ObjectRef ref) {
        Long since = missingSince.get(ref);
        return since != null && elapsed(since).compareTo(timing.deletion) >= 0;
    }

    /** Lists the files after all their directories are watched, so that no change after the listing is missed. */
    private FileListing watchedListing() {
        FileListing listing = reader.list();
        while (watch(listing)) {
            listing = reader.list();
        }
        return listing;
    }

    /** @return whether a directory is watched that was not before */
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
                            "{0} cannot be watched ({1}); changes are seen every {2} s",
                            VisibleText.of(directory.toString()),
                            VisibleText.of(unwatchable.toString()),
                            timing.rescan.toSeconds());
                }
            }
        }
        return more;
    }
}
