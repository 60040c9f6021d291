package dev.datapath.e2e.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A real S3 store on loopback: several server processes over one directory, any of which serves any request, each behind a
 * {@link FaultyLink}.
 */
public final class S3Store implements AutoCloseable {
    /** The key every store of the rig accepts. */
    public static final String ACCESS_KEY = "AKIDATAPATHRIG";

    /** Its secret. */
    public static final String SECRET_KEY = "datapath-rig-secret";

    /** The domain under which all stores but s3proxy answer virtual-hosted requests. */
    public static final String BASE_DOMAIN = "s3.test";

    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final StoreProgram program;
    private final Path directory;
    private final Optional<ChildProcess> shared;
    private final List<Node> nodes;

    private S3Store(StoreProgram program, int nodeCount) throws IOException {
        this.program = program;
        this.directory = Files.createTempDirectory("datapath-store-");
        this.shared = program.startShared(directory);
        this.nodes = IntStream.range(0, nodeCount).mapToObj(Node::new).toList();
    }

    /** s3proxy, which runs wherever the build runs; path style only. */
    public static StoreProgram s3proxy() {
        return new S3ProxyProgram();
    }

    /** VersityGW, where installed. */
    public static StoreProgram versitygw() {
        return new VersityGwProgram();
    }

    /** SeaweedFS, where installed. */
    public static StoreProgram seaweedfs() {
        return seaweedfs(() -> BASE_DOMAIN);
    }

    /** The same with other domains: those that a node knows when it is started, or started again, with commas in between. */
    public static StoreProgram seaweedfs(Supplier<String> domains) {
        return new SeaweedFsProgram(domains);
    }

    /** Starts {@code nodeCount} nodes at once and returns when all of them answer. */
    public static S3Store start(StoreProgram program, int nodeCount) {
        return start(program, nodeCount, ports -> {});
    }

    /** The same; {@code portsKnown} gets the ports of the nodes' links as soon as they are known, before the nodes answer. */
    public static S3Store start(StoreProgram program, int nodeCount, Consumer<int[]> portsKnown) {
        program.missing().ifPresent(reason -> {
            throw new IllegalStateException(reason);
        });
        try {
            var store = new S3Store(program, nodeCount);
            try {
                portsKnown.accept(store.nodes.stream().mapToInt(Node::port).toArray());
                store.nodes.forEach(Node::awaitReady);
                return store;
            } catch (RuntimeException e) {
                store.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("no directory for the store", e);
        }
    }

    /** The nodes, in the order of their numbers. */
    public List<Node> nodes() {
        return nodes;
    }

    /** What it runs. */
    public StoreProgram program() {
        return program;
    }

    /** Ends every process and removes the data. */
    @Override
    public void close() {
        nodes.parallelStream().forEach(Node::close);
        shared.ifPresent(ChildProcess::kill);
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + directory, e);
        }
    }

    /** One server process with the link in front of it. */
    public final class Node {
        private final int index;
        private final int serverPort = Ports.free();
        private final FaultyLink link = FaultyLink.to(serverPort);
        private ChildProcess process;

        private Node(int index) {
            this.index = index;
            this.process = program.startNode(directory, index, serverPort);
        }

        /** {@code node-0}, {@code node-1}, … */
        public String name() {
            return "node-" + index;
        }

        /** The port that fails on command: the one to give to a gateway. */
        public int port() {
            return link.port();
        }

        /** The server's own port, past the link. */
        public int directPort() {
            return serverPort;
        }

        /** The server itself, past the link. */
        public URI direct() {
            return URI.create("http://127.0.0.1:" + serverPort);
        }

        /** The link in front of it. */
        public FaultyLink link() {
            return link;
        }

        /** The server's process id. */
        public long pid() {
            return process.pid();
        }

        /** Ends the server as a power cut would. */
        public void kill() {
            process.kill();
        }

        /** Starts the server again after {@link #kill()}, on the same port, and returns when it answers. */
        public void restart() {
            process.close();
            process = program.startNode(directory, index, serverPort);
            awaitReady();
        }

        private void awaitReady() {
            process.awaitReady(START_LIMIT, new HealthUrl(direct().resolve(program.healthPath()))::serves);
        }

        private void close() {
            link.close();
            process.close();
        }
    }
}
