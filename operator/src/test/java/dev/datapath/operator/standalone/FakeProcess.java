package dev.datapath.operator.standalone;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** A process that lives until the test ends it or it receives a signal. */
final class FakeProcess implements GatewayProcess {
    final List<String> requests = new CopyOnWriteArrayList<>();
    final List<String> stats = new ArrayList<>();
    boolean deaf;
    String lastWords = "";
    String checkEvents = "";
    volatile int trims;
    /** Its admin interface does not respond. */
    volatile boolean silent;

    private final long pid;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    FakeProcess(long pid) {
        this.pid = pid;
    }

    void die() {
        ended.complete(null);
    }

    @Override
    public long pid() {
        return pid;
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
    public void retire() {
        requests.add("retire");
    }

    @Override
    public void terminate() {
        requests.add("SIGTERM");
        if (!deaf) {
            die();
        }
    }

    @Override
    public void kill() {
        requests.add("SIGKILL");
        die();
    }

    @Override
    public GatewayAdmin admin() {
        return new GatewayAdmin() {
            @Override
            public String get(String target) throws IOException {
                if (silent) {
                    throw new IOException("no answer");
                }
                requests.add("GET " + target.replaceAll("\\?.*", ""));
                return stats.size() > 1 ? stats.removeFirst() : stats.isEmpty() ? "" : stats.getFirst();
            }

            @Override
            public String post(String target) {
                requests.add("POST " + target);
                return "OK\n";
            }
        };
    }

    @Override
    public String lastWords() {
        return lastWords;
    }

    @Override
    public String checkEvents() {
        return checkEvents;
    }

    @Override
    public void trimLogs() {
        trims++;
    }
}
