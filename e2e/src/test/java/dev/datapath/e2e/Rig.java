package dev.datapath.e2e;

import dev.datapath.e2e.rig.GatewayUnderTest;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.Routing;
import dev.datapath.e2e.rig.S3Store;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.e2e.rig.StandaloneGateway;
import dev.datapath.e2e.rig.StoreProgram;
import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The gateway and the stores that all tests of a run share, started when first asked for. Tests do not meet in it: each gets
 * buckets, and with them a pool, of its own.
 */
public final class Rig implements AutoCloseable {
    /** A test with real parts: it may take a {@link Rig} as a parameter. */
    @Target(ElementType.TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    @Tag("tier3")
    @ExtendWith(Rig.Extension.class)
    public @interface Test {}

    static final class Extension extends Shared<Rig> {
        Extension() {
            super(Rig.class);
        }

        @Override
        protected Rig make(ExtensionContext context) {
            return new Rig();
        }
    }

    private final GatewayUnderTest gateway = StandaloneGateway.start(1);
    private final Map<String, S3Store> stores = new ConcurrentHashMap<>();
    private final AtomicInteger buckets = new AtomicInteger();

    /**
     * The stores that can run here: s3proxy always, the others where they are installed. The missing ones are named on standard
     * error with what to do about it.
     */
    public static Stream<StoreProgram> installedStores() {
        return Stream.of(S3Store.s3proxy(), S3Store.versitygw(), S3Store.seaweedfs())
                .filter(program -> {
                    program.missing().ifPresent(reason -> {
                        if (program.name().equals(S3Store.s3proxy().name())) {
                            throw new IllegalStateException(reason);
                        }
                        System.err.println("NOT TESTED against " + program.name() + ": " + reason);
                    });
                    return program.missing().isEmpty();
                });
    }

    /** The gateway under test. */
    public GatewayUnderTest gateway() {
        return gateway;
    }

    /** The port of the first gateway's S3 listener. */
    public int port() {
        return gateway.port(0);
    }

    /** A connection to the first gateway. */
    public RawClient connect() throws IOException {
        return RawClient.to(port());
    }

    /** A store of two nodes of that program; buckets whose name starts with its name and a dash are served by it. */
    public S3Store store(StoreProgram program, String prefix) {
        return stores.computeIfAbsent(prefix, key -> {
            var store = S3Store.start(program, 2);
            gateway.route(Routing.to(
                    prefix + "-*",
                    store.nodes().stream().map(S3Store.Node::port).toArray(Integer[]::new)));
            return store;
        });
    }

    /** A new bucket name. */
    public String bucketName(String prefix) {
        return prefix + "-" + buckets.incrementAndGet();
    }

    /** A new bucket that those nodes serve, through a pool of their own. */
    public String bucket(ScriptedNode... nodes) {
        return bucket(routing -> routing, nodes);
    }

    /** The same with other limits. */
    public String bucket(UnaryOperator<Routing> limits, ScriptedNode... nodes) {
        return bucket(limits, Arrays.stream(nodes).map(ScriptedNode::port).toArray(Integer[]::new));
    }

    /** A new bucket that those ports on loopback serve. */
    public String bucket(UnaryOperator<Routing> limits, Integer... ports) {
        var name = bucketName("bucket");
        gateway.route(limits.apply(Routing.to(name, ports)));
        return name;
    }

    @Override
    public void close() {
        gateway.close();
        stores.values().forEach(S3Store::close);
    }
}
