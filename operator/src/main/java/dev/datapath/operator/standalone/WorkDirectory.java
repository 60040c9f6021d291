package dev.datapath.operator.standalone;

import dev.datapath.operator.manifest.ManifestReader;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.text.Sha256;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The data that one {@code datapath run} stores on disk besides status: a private directory for each gateway, and the
 * ports that must stay the same for gateways to find a restarted operator. One process at a time locks it.
 */
final class WorkDirectory implements AutoCloseable {
    /**
     * Maximum length of a unix socket's path on Linux in bytes; the longest gateway name determines what remains for
     * the directory.
     */
    static final int MAX_SOCKET_PATH = 107;

    /** A separate file: reading the locked file itself would release a lock of this process. */
    private static final String HOLDER = "holder";

    private static final String LOCK = "lock";

    private static final int MAX_NAME = 20;

    private final Path root;
    private final FileChannel lockFile;
    private final FileLock lock;
    private final LastGoodFiles lastGood;
    private final AdmittedFile lastAdmitted;

    private WorkDirectory(Path root, FileChannel lockFile, FileLock lock) {
        this.root = root;
        this.lockFile = lockFile;
        this.lock = lock;
        lastGood = new LastGoodFiles(root.resolve("last-good"), MemoryDirectory.of(root));
        lastAdmitted = new AdmittedFile(root.resolve("admitted.json"));
    }

    /**
     * The default directory for the gateways of a source directory: {@code datapath-<user>-<digest>} in the directory
     * for temporary files. It keeps socket paths short and is the same at the next start. It depends on the name of the
     * source, not on the target of a link: a release may be deployed by a changed link.
     */
    static Path standard(Path source) {
        return Path.of(System.getProperty("java.io.tmpdir", "/tmp"))
                .resolve("datapath-" + user() + "-"
                        + Sha256.hex(source.toAbsolutePath().normalize().toString(), 5));
    }

    /** The name of this user as a part of file names. */
    static String user() {
        var user = System.getProperty("user.name", "user").replaceAll("[^A-Za-z0-9._-]", "_");
        return user.substring(0, Math.min(16, user.length()));
    }

    /**
     * Creates the directory if necessary and locks it.
     *
     * @throws IOException when another {@code datapath run} has locked it, others can enter it, or its path is too long
     */
    static WorkDirectory open(Path path) throws IOException {
        var root = path.toAbsolutePath().normalize();
        int longest = root.toString().getBytes(StandardCharsets.UTF_8).length
                + "/g/".length()
                + MAX_NAME
                + "-12345678-9999/admin.sock".length();
        if (longest > MAX_SOCKET_PATH) {
            throw new IOException("the path " + root + " is too long for the gateways' sockets by "
                    + (longest - MAX_SOCKET_PATH) + " bytes: choose a shorter one with --work-dir");
        }
        PrivateFiles.createDirectory(root);
        var channel = FileChannel.open(PrivateFiles.log(root, LOCK), StandardOpenOption.READ, StandardOpenOption.WRITE);
        var lock = tryLock(channel);
        if (lock == null) {
            channel.close();
            throw new IOException("another datapath run uses this directory (it has locked " + root.resolve(LOCK)
                    + "): stop it first, or set a different --work-dir");
        }
        // The work directory may be below the directory of the manifests.
        PrivateFiles.write(root.resolve(ManifestReader.PASSED_OVER), "");
        PrivateFiles.write(root.resolve(HOLDER), ProcessHandle.current().pid() + "\n");
        return new WorkDirectory(root, channel, lock);
    }

    /** The process that has locked a work directory; empty when none has, 0 when the process is unknown. */
    static OptionalLong holder(Path root) throws IOException {
        var file = root.resolve(LOCK);
        if (!Files.exists(file)) {
            return OptionalLong.empty();
        }
        try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                var lock = tryLock(channel)) {
            if (lock != null) {
                return OptionalLong.empty();
            }
            return OptionalLong.of(
                    Long.parseLong(Files.readString(root.resolve(HOLDER)).strip()));
        } catch (NoSuchFileException | NumberFormatException unknown) {
            return OptionalLong.of(0);
        }
    }

    Path root() {
        return root;
    }

    /** The socket of the xDS server. */
    Path xdsSocket() {
        return root.resolve("xds.sock");
    }

    /** The directory of a gateway. */
    Path gateway(GatewayId id) {
        return root.resolve("g").resolve(name(id.dataPath()) + "-" + id.index());
    }

    /** The file with the operator's decisions about a DataPath. */
    Path decisions(ObjectKey dataPath) {
        return root.resolve("decisions").resolve(name(dataPath) + ".json");
    }

    /** The last acknowledged parts of plans. */
    LastGoodFiles lastGood() {
        return lastGood;
    }

    /** The beginning of the name for readability, and a digest for uniqueness. */
    static String name(ObjectKey dataPath) {
        var name = dataPath.name();
        return name.substring(0, Math.min(MAX_NAME, name.length())) + "-" + Sha256.hex(dataPath.toString(), 4);
    }

    /** A port remembered under a name. */
    Optional<Integer> port(String name) {
        try {
            return Optional.of(Integer.parseInt(Files.readString(portFile(name)).strip()));
        } catch (IOException | NumberFormatException absent) {
            return Optional.empty();
        }
    }

    /** Remembers a port under a name. */
    void remember(String name, int port) throws IOException {
        if (!Optional.of(port).equals(port(name))) {
            PrivateFiles.write(portFile(name), port + "\n");
        }
    }

    /** The port remembered under a name, otherwise a port that was free just now and is remembered from now on. */
    int portOrFree(String name) throws IOException {
        var known = port(name);
        if (known.isPresent()) {
            return known.get();
        }
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            remember(name, socket.getLocalPort());
            return socket.getLocalPort();
        }
    }

    /** Forgets a port. */
    void forget(String name) throws IOException {
        Files.deleteIfExists(portFile(name));
    }

    /** The file with the last admitted objects for the next start. */
    AdmittedFile lastAdmitted() {
        return lastAdmitted;
    }

    /**
     * Sets the modification time of all files and directories. Systems delete files in the directory for temporary files that were not
     * modified for some days (tmpfiles.d(5); ten days in /tmp by default): the lock and the bootstraps of gateways, for example.
     * The lock is marked by a write to its open channel: a process loses its fcntl(2) locks on a file when it closes any descriptor of it,
     * and setting the time by path opens and closes the file.
     */
    void markUsed(Instant now) throws IOException {
        var time = FileTime.from(now);
        lockFile.write(ByteBuffer.wrap(new byte[] {'\n'}), 0);
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Files.setLastModifiedTime(directory, time);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile() && !file.equals(root.resolve(LOCK))) {
                    Files.setLastModifiedTime(file, time);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                // Deleted since its directory was listed.
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void close() throws IOException {
        lock.release();
        lockFile.close();
    }

    private Path portFile(String name) {
        return root.resolve(name + ".port");
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (java.nio.channels.OverlappingFileLockException heldByThisJvm) {
            return null;
        }
    }
}
