package dev.datapath.operator.xds;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A real server on loopback with its store; restarts on request and cleans up after each test. */
final class XdsFixture implements AfterEachCallback {
    static final String PATH = "team-a/images";

    private final UnaryOperator<XdsServer.Builder> settings;
    private final List<AutoCloseable> open = new ArrayList<>();
    /** The events, as {@code sent CLUSTER v}, in order. */
    final List<String> log = new CopyOnWriteArrayList<>();

    final SnapshotStore store = new SnapshotStore();
    private XdsServer server;

    XdsFixture() {
        this(UnaryOperator.identity());
    }

    XdsFixture(UnaryOperator<XdsServer.Builder> settings) {
        this.settings = settings;
    }

    XdsServer server() {
        if (server == null) {
            try {
                server = settings.apply(XdsServer.builder(store).events(new Log()))
                        .start();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
        return server;
    }

    /** Simulates a new process: only the content of the store is kept. */
    void restart() {
        server().close();
        server = null;
        server();
    }

    ScriptedEnvoy connect() {
        return connect(PATH, "gateway-1");
    }

    ScriptedEnvoy connect(String dataPath, String gateway) {
        return track(new ScriptedEnvoy(server().port(), dataPath, gateway));
    }

    <T extends AutoCloseable> T track(T resource) {
        open.add(resource);
        return resource;
    }

    void publish(Snapshot snapshot) {
        store.publish(PATH, snapshot);
    }

    DataPathSync sync() {
        return server().sync().of(PATH);
    }

    GatewayState gateway() {
        return sync().gateways().getFirst();
    }

    long sent(ResourceType type) {
        return log.stream().filter(line -> line.startsWith("sent " + type)).count();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (var resource : open) {
            resource.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private final class Log implements XdsEvents {
        @Override
        public void connected(String dataPath, String gateway) {
            log.add("connected " + dataPath + " " + gateway);
        }

        @Override
        public void disconnected(String dataPath, String gateway, String reason) {
            log.add("disconnected " + dataPath + " " + gateway + ": " + reason);
        }

        @Override
        public void refused(String reason) {
            log.add("refused: " + reason);
        }

        @Override
        public void sent(String dataPath, String gateway, ResourceType type, String version, int resources, int bytes) {
            log.add("sent " + type + " " + version);
        }

        @Override
        public void acknowledged(String dataPath, String gateway, ResourceType type, String version) {
            log.add("acknowledged " + type + " " + version);
        }

        @Override
        public void rejected(String dataPath, String gateway, ResourceType type, String version, String message) {
            log.add("rejected " + type + " " + version + ": " + message);
        }
    }
}
