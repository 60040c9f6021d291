package dev.datapath.operator.standalone;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files that only this user may read: bootstraps and admin sockets give control over a gateway. */
final class PrivateFiles {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private PrivateFiles() {}

    /**
     * Creates a directory with its parents.
     *
     * @throws IOException also when it exists and another user owns it or can enter it
     */
    static void createDirectory(Path directory) throws IOException {
        Files.createDirectories(directory, OWNER_DIRECTORY);
        var mode = Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS);
        mode.removeAll(PosixFilePermissions.fromString("rwx------"));
        if (!mode.isEmpty() || !Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(directory + " must be a directory that only its owner can enter: run chmod 700 "
                    + directory + ", or choose another one with --work-dir");
        }
        var probe = Files.createTempFile(directory, ".owner", null, OWNER_FILE);
        try {
            if (!Files.getOwner(probe).equals(Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS))) {
                throw new IOException(directory + " belongs to another user: choose another one with --work-dir");
            }
        } finally {
            Files.delete(probe);
        }
    }

    /**
     * @throws IOException when the file is not a regular file of this user, such as a link or a file of another user
     */
    static void checkOwned(Path file) throws IOException {
        var directory = file.toAbsolutePath().getParent();
        if (directory == null || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("it is not a regular file");
        }
        createDirectory(directory);
        if (!Files.getOwner(file, LinkOption.NOFOLLOW_LINKS)
                .equals(Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS))) {
            throw new IOException("it belongs to another user");
        }
    }

    /** Writes a file atomically: a reader sees the old content or the new one. */
    static void write(Path file, String content) throws IOException {
        write(file, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes bytes atomically. */
    static void write(Path file, byte[] content) throws IOException {
        var directory = file.toAbsolutePath().getParent();
        var draft = Files.createTempFile(directory, ".", ".tmp", OWNER_FILE);
        try {
            Files.write(draft, content);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    /** A file to append to; created if missing. */
    static Path log(Path directory, String name) throws IOException {
        var log = directory.resolve(name);
        if (!Files.exists(log, LinkOption.NOFOLLOW_LINKS)) {
            Files.createFile(log, OWNER_FILE);
        }
        return log;
    }
}
