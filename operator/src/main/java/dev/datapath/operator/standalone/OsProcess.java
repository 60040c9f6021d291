package dev.datapath.operator.standalone;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/** A gateway as a process of the operating system. */
final class OsProcess implements GatewayProcess {
    private static final Duration ADMIN_TIMEOUT = Duration.ofSeconds(2);
    private static final int TAIL_BYTES = 8192;
    /** Envoy's log line: {@code [2026-11-22 19:00:00.123][pid][level][logger] [file:line] message}. */
    private static final Pattern PROBLEM = Pattern.compile("\\[(?:critical|error)]\\[[^]]*] (?:\\[[^]]*] )?(.*)");

    private final ProcessHandle handle;
    private final AdminSocket admin;
    private final Path log;

    OsProcess(ProcessHandle handle, Path adminSocket, Path log) {
        this.handle = handle;
        this.admin = new AdminSocket(adminSocket, ADMIN_TIMEOUT);
        this.log = log;
    }

    @Override
    public long pid() {
        return handle.pid();
    }

    @Override
    public boolean alive() {
        return handle.isAlive();
    }

    @Override
    public CompletableFuture<?> ended() {
        return handle.onExit();
    }

    @Override
    public void terminate() {
        handle.destroy();
    }

    @Override
    public void kill() {
        handle.destroyForcibly();
    }

    @Override
    public GatewayAdmin admin() {
        return admin;
    }

    @Override
    public String lastWords() {
        try (var file = new RandomAccessFile(log.toFile(), "r")) {
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
}
