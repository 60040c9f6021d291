package dev.datapath.operator.manifest;

import static dev.datapath.operator.manifest.ManifestReaderTest.pool;
import static dev.datapath.operator.manifest.ManifestReaderTest.port;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.manifest.DirectorySource.Timing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Notifications of a listener while files change in the ways of editors and tools. */
class DirectorySourceTest {
    private static final ApiCatalog CATALOG = ApiCatalog.load();
    private static final Duration LONG = Duration.ofHours(1);

    /** No rescan and no deletion within the time of a test: all notifications result from events. */
    private static final Timing EVENTS_ONLY = new Timing(Duration.ofMillis(10), LONG, LONG);

    @TempDir
    private Path directory;

    private final List<ManifestSet> told = new CopyOnWriteArrayList<>();
    private DirectorySource source;

    private ManifestReader reader;

    @BeforeEach
    void onePool() throws IOException {
        reader = new ManifestReader(CATALOG, List.of(directory), InstantSource.system());
        Files.writeString(file(), pool("store", 9000));
    }

    @AfterEach
    void close() throws Exception {
        source.close();
    }

    @Test
    void theFirstSetComesAtOnce() throws IOException {
        start(EVENTS_ONLY);

        assertThat(told)
                .singleElement()
                .satisfies(set -> assertThat(port(set, "store")).isEqualTo(9000));
    }

    @Test
    void aFileWrittenInPlaceIsNeverSeenEmpty() throws IOException {
        start(EVENTS_ONLY);

        for (int port = 9001; port < 9010; port++) {
            Files.writeString(file(), pool("store", port));
            awaitPort(port);
        }

        assertThat(told).allSatisfy(set -> assertThat(set.storagePools()).hasSize(1));
    }

    @Test
    void aFileReplacedByARenameIsDetected() throws IOException {
        start(EVENTS_ONLY);

        Path draft = Files.writeString(directory.resolve(".pool.yaml.swp"), pool("store", 9001));
        Files.move(draft, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);

        awaitPort(9001);
    }

    @Test
    void aRecreatedFileIsNotTreatedAsDeleted() throws IOException {
        start(EVENTS_ONLY);

        Files.delete(file());
        Files.writeString(directory.resolve("marker.yaml"), pool("marker", 1));
        await().until(() -> latest().storagePools().size() == 2); // The deletion has been seen, and held back.
        Files.writeString(file(), pool("store", 9001));

        awaitPort(9001);
        assertThat(told)
                .allSatisfy(set -> assertThat(set.storagePools())
                        .anyMatch(pool -> pool.ref().name().equals("store")));
    }

    @Test
    void anObjectIsDeletedWhenItsFileStaysMissing() throws IOException {
        start(new Timing(Duration.ofMillis(10), Duration.ofMillis(20), LONG));

        Files.delete(file());

        await().until(() -> latest().objects().isEmpty());
    }

    @Test
    void aDuplicateWaitsForAFileThatIsBeingReplaced() throws IOException {
        start(EVENTS_ONLY);
        Files.writeString(directory.resolve("0.yaml"), pool("store", 9001));
        await().until(() -> !latest().findings().isEmpty());

        Files.delete(file());
        Files.writeString(directory.resolve("marker.yaml"), pool("marker", 1));
        await().until(() -> latest().storagePools().size() == 2);
        Files.writeString(file(), pool("store", 9002));

        awaitPort(9002);
        assertThat(told).noneMatch(set -> port(set, "store") == 9001);
    }

    @Test
    void deletionsOfOtherObjectsDelayNoObject() throws IOException {
        start(new Timing(Duration.ofMillis(10), Duration.ofMillis(250), LONG));
        Files.delete(file());

        var others = new AtomicInteger();
        await().pollInterval(Duration.ofMillis(50)).until(() -> {
            int next = others.getAndIncrement();
            Files.writeString(directory.resolve("other-" + next + ".yaml"), pool("other-" + next, 1));
            Files.deleteIfExists(directory.resolve("other-" + (next - 1) + ".yaml"));
            return latest().storagePools().stream()
                    .noneMatch(pool -> pool.ref().name().equals("store"));
        });
    }

    @Test
    void aFailedStoreForTheNextStartIsRetried() throws IOException {
        var store = new KeptText();
        store.full(true);
        reader.continueFrom(store);
        start(new Timing(Duration.ofMillis(10), LONG, Duration.ofMillis(20)));
        assertThat(store.text()).isEmpty();

        store.full(false);

        await().until(() -> store.text().contains("store"));
        assertThat(told).hasSize(1);
    }

    @Test
    void newDirectoriesAreWatchedToo() throws IOException {
        start(EVENTS_ONLY);

        Path nested = Files.createDirectories(directory.resolve("a/b"));
        Files.writeString(nested.resolve("other.yaml"), pool("other", 1));
        await().until(() -> latest().storagePools().size() == 2);
        Files.writeString(nested.resolve("other.yaml"), pool("other", 2));

        await().until(() -> port(latest(), "other") == 2);
    }

    @Test
    void theVolumeOfAConfigMapIsSwitchedAtOnce() throws IOException {
        Files.delete(file());
        version("..1", 9000);
        Files.createSymbolicLink(directory.resolve("..data"), Path.of("..1"));
        Files.createSymbolicLink(file(), Path.of("..data/pool.yaml"));
        start(EVENTS_ONLY);

        version("..2", 9001);
        Path next = Files.createSymbolicLink(directory.resolve("..data_tmp"), Path.of("..2"));
        Files.move(next, directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);

        awaitPort(9001);
    }

    @Test
    void noNotificationWithoutAChange() throws IOException {
        start(EVENTS_ONLY);

        Files.writeString(file(), pool("store", 9000));
        Files.writeString(directory.resolve("notes.txt"), "not a manifest");
        Files.writeString(directory.resolve("last.yaml"), pool("last", 1));
        await().until(() -> latest().storagePools().size() == 2);

        assertThat(told).hasSize(2);
    }

    @Test
    void aChangeThatNoEventTellsIsFoundByTheRescan(@TempDir Path elsewhere) throws IOException {
        Path target = Files.writeString(elsewhere.resolve("target.yaml"), pool("linked", 1));
        Files.createSymbolicLink(directory.resolve("link.yaml"), target);
        start(new Timing(Duration.ofMillis(10), LONG, Duration.ofMillis(50)));

        Files.writeString(target, pool("linked", 2));

        await().until(() -> port(latest(), "linked") == 2);
    }

    @Test
    void aFailedListenerIsNotifiedOfTheNextChange() throws IOException {
        start(EVENTS_ONLY, set -> port(set, "store") == 9001);

        Files.writeString(file(), pool("store", 9001));
        awaitPort(9001);
        Files.writeString(file(), pool("store", 9002));

        awaitPort(9002);
    }

    @Test
    void anErrorOfTheListenerDoesNotEndTheSource() throws IOException {
        start(EVENTS_ONLY, set -> {
            if (port(set, "store") == 9001) {
                throw new StackOverflowError("the listener of this test fails");
            }
            return false;
        });

        Files.writeString(file(), pool("store", 9001));
        awaitPort(9001);
        Files.writeString(file(), pool("store", 9002));

        awaitPort(9002);
        assertThat(source.alive()).isTrue();
    }

    private void start(Timing timing) throws IOException {
        start(timing, set -> false);
    }

    private void start(Timing timing, Predicate<ManifestSet> fails) throws IOException {
        source = new DirectorySource(reader, timing, set -> {
            told.add(set);
            if (fails.test(set)) {
                throw new IllegalStateException("the listener of this test fails");
            }
        });
        source.start();
        await().until(() -> !told.isEmpty());
    }

    private Path file() {
        return directory.resolve("pool.yaml");
    }

    private void version(String name, int port) throws IOException {
        Files.writeString(Files.createDirectory(directory.resolve(name)).resolve("pool.yaml"), pool("store", port));
    }

    private ManifestSet latest() {
        return told.getLast();
    }

    private void awaitPort(int port) {
        await().until(() -> port(latest(), "store") == port);
    }
}
