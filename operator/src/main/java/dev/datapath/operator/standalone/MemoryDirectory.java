package dev.datapath.operator.standalone;

import dev.datapath.operator.text.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;

/**
 * A private directory for data that must not be stored on disk. Its file system is in memory, so the data is lost when
 * the machine stops.
 */
final class MemoryDirectory {
    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

    private final Path path;

    private MemoryDirectory(Path path) {
        this.path = path;
    }

    /** The directory of a work directory, the same after a restart. Creates nothing. */
    static MemoryDirectory of(Path work) {
        return at(Path.of("/dev/shm/datapath-" + WorkDirectory.user() + "-" + Sha256.hex(work.toString(), 8)));
    }

    static MemoryDirectory at(Path path) {
        return new MemoryDirectory(path);
    }

    Path path() {
        return path;
    }

    /** @throws IOException when there is no such file system, or another user owns the directory */
    void create() throws IOException {
        var parent = path.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new IOException(parent + " does not exist: mount a tmpfs there");
        }
        if (!IN_MEMORY.contains(Files.getFileStore(parent).type())) {
            throw new IOException(parent + " is not in memory: mount a tmpfs there");
        }
        PrivateFiles.createDirectory(path);
    }

    /** Deletes the directory and its files. */
    void delete() throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (var files = Files.newDirectoryStream(path)) {
            for (var file : files) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(path);
    }
}
