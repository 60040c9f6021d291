package dev.datapath.operator.standalone;

import dev.datapath.operator.text.Sha256;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * {@code .status} below the source directory. One {@code datapath run} at a time locks it, and only files that a run
 * wrote are removed. The operating system's lock ends with the process in any case.
 */
final class StatusDirectory implements AutoCloseable {
    /** Name of the status directory below the source directory. */
    static final String NAME = ".status";

    /** Marks the directory as owned by datapath: other files in it are not reported as a mistake of the user. */
    private static final String MARKER = ".datapath-status";

    private static final String LOCK = ".lock";
    /** A separate file: reading the locked file itself would release a lock of this process. */
    private static final String HOLDER = ".holder";

    private static final System.Logger LOG = System.getLogger(StatusDirectory.class.getName());

    private final Path path;
    private final @Nullable FileChannel channel;
    private boolean complained;

    /**
     * The run that has locked a directory.
     *
     * @param pid its process
     * @param work its work directory
     */
    record Holder(long pid, Path work) {}

    private StatusDirectory(Path path, @Nullable FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Creates the directory if necessary and locks it. If nothing can be written, as in a read-only volume, it is used
     * without a lock, and no status is written.
     *
     * @param source the directory of the manifests
     * @param work the work directory of this run
     * @param isOurs whether the text of a file was written by a run
     * @throws IOException when another run has locked it, when it is a link, or when it contains files of another
     *     program
     */
    static StatusDirectory open(Path source, Path work, Predicate<String> isOurs) throws IOException {
        var path = source.resolve(NAME);
        FileChannel channel;
        try {
            prepare(path, isOurs);
            channel = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (AccessDeniedException readOnly) {
            return unwritable(path, readOnly);
        } catch (FileSystemException failed) {
            if (String.valueOf(failed.getReason()).contains("Read-only")) {
                return unwritable(path, failed);
            }
            throw failed;
        }
        if (lock(channel) == null) {
            channel.close();
            throw new IOException("another datapath run serves " + source
                    + holder(source)
                            .map(holder -> " (process " + holder.pid() + ", work directory " + holder.work() + ")")
                            .orElse("")
                    + ": stop it first with: datapath stop " + source);
        }
        var directory = new StatusDirectory(path, channel);
        directory.replace(HOLDER, ProcessHandle.current().pid() + "\n" + work + "\n");
        return directory;
    }

    /** The current or last run of the directory; empty when there was none. */
    static Optional<Holder> holder(Path source) {
        try {
            var lines = Files.readAllLines(source.resolve(NAME).resolve(HOLDER));
            return lines.size() < 2
                    ? Optional.empty()
                    : Optional.of(new Holder(Long.parseLong(lines.get(0)), Path.of(lines.get(1))));
        } catch (IOException | RuntimeException none) {
            return Optional.empty();
        }
    }

    /** Whether a run has locked the directory. Must be called from a different process than the run. */
    static boolean isHeld(Path source) throws IOException {
        var file = source.resolve(NAME).resolve(LOCK);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            return lock(channel) == null;
        }
    }

    private static StatusDirectory unwritable(Path path, IOException why) {
        LOG.log(System.Logger.Level.WARNING, "status cannot be written below {0}: {1}", path, why.toString());
        return new StatusDirectory(path, null);
    }

    private static void prepare(Path path, Predicate<String> isOurs) throws IOException {
        if (Files.isSymbolicLink(path)) {
            throw new IOException(
                    path + " is a symbolic link, but status must be written to this directory: remove the link");
        }
        if (Files.exists(path) && !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(
                    path + " is not a directory, but status is written there: move the file to another place");
        }
        Files.createDirectories(path);
        if (!Files.exists(path.resolve(MARKER), LinkOption.NOFOLLOW_LINKS)) {
            var foreign = foreignFile(path, isOurs);
            if (foreign.isPresent()) {
                throw new IOException(path + " contains files that datapath did not write, such as " + foreign.get()
                        + ", but it is reserved for status: move them to another place");
            }
            Files.writeString(path.resolve(MARKER), "Files of datapath run; see docs/standalone.md.\n");
        }
    }

    private static Optional<Path> foreignFile(Path path, Predicate<String> isOurs) throws IOException {
        try (var files = Files.newDirectoryStream(path)) {
            for (var file : files) {
                var name = file.getFileName().toString();
                boolean known = name.equals(LOCK)
                        || name.equals(HOLDER)
                        || name.equals("findings.txt")
                        || (name.startsWith(".") && name.endsWith(".tmp"));
                if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || !(known || isOurs.test(text(file)))) {
                    return Optional.of(file.getFileName());
                }
            }
        }
        return Optional.empty();
    }

    /** The files that may contain a status. */
    List<Path> statusFiles() {
        var found = new ArrayList<Path>();
        if (isWritable()) {
            try (var files = Files.newDirectoryStream(path, "*.yaml")) {
                for (var file : files) {
                    if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                        found.add(file);
                    }
                }
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "{0} cannot be listed: {1}", path, e.toString());
            }
        }
        return found;
    }

    /** The text of a file; empty when there is none. */
    String read(String name) {
        return text(path.resolve(name));
    }

    /** Writes a file atomically: a reader sees the old content or the new one. */
    boolean replace(String name, String text) {
        if (!isWritable()) {
            return false;
        }
        try {
            var draft = path.resolve("." + Sha256.hex(name, 5) + ".tmp");
            Files.writeString(draft, text);
            Files.move(draft, path.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            complained = false;
            return true;
        } catch (IOException e) {
            complain(e.toString());
            return false;
        }
    }

    void delete(String name) {
        if (isWritable()) {
            try {
                Files.deleteIfExists(path.resolve(name));
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "{0} cannot be deleted: {1}", path.resolve(name), e.toString());
            }
        }
    }

    /** Releases the lock. */
    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }

    /** A link may have replaced the directory since the start. */
    private boolean isWritable() {
        if (channel == null) {
            return false;
        }
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            complain("it is no longer a directory; restart to create it again");
            return false;
        }
        return true;
    }

    private void complain(String why) {
        if (!complained) {
            complained = true;
            LOG.log(System.Logger.Level.WARNING, "status cannot be written below {0}: {1}", path, why);
        }
    }

    private static String text(Path file) {
        try {
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? Files.readString(file) : "";
        } catch (IOException unreadable) {
            return "";
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (java.nio.channels.OverlappingFileLockException heldByThisJvm) {
            return null;
        }
    }
}
