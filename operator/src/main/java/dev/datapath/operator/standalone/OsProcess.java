package dev.datapath.operator.standalone;

import dev.datapath.operator.threads.Daemons;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/** A gateway as a process of the operating system. */
final class OsProcess implements GatewayProcess {
    /** Standard output of Envoy, which contains its access log. */
    static final String ACCESS_LOG = "access.log";
    /** Standard error of Envoy. */
    static final String LOG_NAME = "envoy.log";
    /** Envoy's log of health check events. */
    static final String CHECK_EVENTS = "check-events";
    /** Several hundred events; the file is read every second while a node fails. */
    static final long MAX_EVENT_BYTES = 256L * 1024;
    /** A log is truncated at this size; one copy of its content is kept beside it. */
    static final long MAX_LOG_BYTES = 64L * 1024 * 1024;

    private static final System.Logger LOG = System.getLogger(OsProcess.class.getName());
    private static final Duration ADMIN_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int TAIL_BYTES = 8192;
    /** Envoy's log line: {@code [2026-11-22 19:00:00.123][pid][level][logger] [file:line] message}. */
    private static final Pattern PROBLEM = Pattern.compile("\\[(?:critical|error)]\\[[^]]*] (?:\\[[^]]*] )?(.*)");

    private final ProcessHandle handle;
    private final CompletableFuture<?> ended;
    private final Path directory;
    private volatile boolean retired;

    private OsProcess(ProcessHandle handle, CompletableFuture<?> ended, Path directory, boolean retired) {
        this.handle = handle;
        this.ended = ended;
        this.directory = directory;
        this.retired = retired;
        ended.thenRun(this::removeSocket);
    }

    /** A child of this process, which runs in its gateway's directory. */
    static OsProcess started(Process child, Path directory) throws IOException {
        // An earlier process with the same pid may have left a socket, for example before a restart of the machine.
        Files.deleteIfExists(retiredSocket(directory, child.pid()));
        return new OsProcess(child.toHandle(), child.onExit(), directory, false);
    }

    /**
     * A process that another process started.
     *
     * @param retired whether another process has replaced it in the gateway's directory
     */
    static OsProcess found(ProcessHandle other, Path directory, boolean retired) {
        var ended = new CompletableFuture<Void>();
        Daemons.named("exit-of-" + other.pid())
                .newThread(() -> {
                    while (runs(other)) {
                        LockSupport.parkNanos(POLL.toNanos());
                    }
                    ended.complete(null);
                })
                .start();
        return new OsProcess(other, ended, directory, retired);
    }

    /**
     * The admin socket of a retired process. Its name is no longer than that of the original socket, see {@link
     * WorkDirectory}.
     */
    static Path retiredSocket(Path directory, long pid) {
        return directory.resolve("old" + pid);
    }

    /**
     * Whether a process that is not a child of this one is still running. Java considers a process alive until its
     * parent reads its exit status, and in a container the parent of an orphan often never does.
     */
    private static boolean runs(ProcessHandle other) {
        if (!other.isAlive()) {
            return false;
        }
        try {
            var stat = Files.readString(Path.of("/proc", Long.toString(other.pid()), "stat"));
            // pid (name) state ..., where the name may contain any character
            int state = stat.lastIndexOf(')') + 2;
            return state >= stat.length() || (stat.charAt(state) != 'Z' && stat.charAt(state) != 'X');
        } catch (IOException gone) {
            return other.isAlive();
        }
    }

    @Override
    public long pid() {
        return handle.pid();
    }

    @Override
    public boolean alive() {
        return !ended.isDone();
    }

    @Override
    public CompletableFuture<?> ended() {
        return ended;
    }

    @Override
    public void terminate() {
        handle.destroy();
    }

    @Override
    public void kill() {
        handle.destroyForcibly();
    }

    /**
     * Clients of a Unix domain socket reach it under its new name. The name also informs the next run if this process
     * is killed.
     */
    @Override
    public void retire() throws IOException {
        if (!retired) {
            Files.move(
                    directory.resolve(GatewaySpec.ADMIN_SOCKET),
                    retiredSocket(directory, pid()),
                    StandardCopyOption.ATOMIC_MOVE);
            retired = true;
        }
    }

    @Override
    public GatewayAdmin admin() {
        var socket = retired ? retiredSocket(directory, pid()) : directory.resolve(GatewaySpec.ADMIN_SOCKET);
        return new AdminSocket(socket, ADMIN_TIMEOUT);
    }

    @Override
    public String lastWords() {
        try (var file = new RandomAccessFile(directory.resolve(LOG_NAME).toFile(), "r")) {
            var bytes = new byte[(int) Math.min(TAIL_BYTES, file.length())];
            file.seek(file.length() - bytes.length);
            file.readFully(bytes);
            var words = "";
            var problems = PROBLEM.matcher(new String(bytes, StandardCharsets.UTF_8));
            while (problems.find()) {
                words = problems.group(1);
            }
            return words.length() > 300 ? words.substring(0, 300) + "..." : words;
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public String checkEvents() throws IOException {
        var file = directory.resolve(CHECK_EVENTS);
        return Files.exists(file) ? Files.readString(file) : "";
    }

    /** All files are opened for append, so a writer continues at the new end after truncation. */
    @Override
    public void trimLogs() {
        trim(directory.resolve(LOG_NAME), MAX_LOG_BYTES, 0);
        trim(directory.resolve(ACCESS_LOG), MAX_LOG_BYTES, 0);
        // Envoy logs the event of a node once: the newest half explains the nodes that are still ejected.
        trim(directory.resolve(CHECK_EVENTS), MAX_EVENT_BYTES, MAX_EVENT_BYTES / 2);
    }

    private void removeSocket() {
        try {
            Files.deleteIfExists(retiredSocket(directory, pid()));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "the socket of process {0} cannot be deleted", Long.toString(pid()), e);
        }
    }

    private static void trim(Path file, long maxBytes, long kept) {
        try {
            if (Files.exists(file) && Files.size(file) > maxBytes) {
                var copy = file.resolveSibling(file.getFileName() + ".1");
                Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
                try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(0);
                }
                try (var from = FileChannel.open(copy);
                        var to = FileChannel.open(file, StandardOpenOption.APPEND)) {
                    from.transferTo(Math.max(0, from.size() - kept), kept, to);
                }
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be trimmed: {1}", file, e.toString());
        }
    }
}
