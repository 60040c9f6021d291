package dev.datapath.operator.xds;

import com.google.common.util.concurrent.MoreExecutors;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Aggregated discovery, state of the world: opens streams and wakes those whose DataPath changed. */
final class AdsService extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
    /** How many gateways that went away are remembered; the oldest is forgotten first. */
    private static final int MAX_REMEMBERED = 1024;

    private final SnapshotStore store;
    private final SyncState sync;
    private final IdentityCheck identityCheck;
    private final XdsEvents events;
    private final InstantSource clock;
    private final Executor executor;
    private final Set<AdsStream> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean serving;
    private final Map<String, Memory> memories = Collections.synchronizedMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Memory> eldest) {
            return size() > MAX_REMEMBERED;
        }
    });

    AdsService(
            SnapshotStore store,
            SyncState sync,
            IdentityCheck identityCheck,
            XdsEvents events,
            InstantSource clock,
            Executor executor) {
        this.store = store;
        this.sync = sync;
        this.identityCheck = identityCheck;
        this.events = events;
        this.clock = clock;
        this.executor = executor;
    }

    @Override
    public StreamObserver<DiscoveryRequest> streamAggregatedResources(StreamObserver<DiscoveryResponse> responses) {
        var out = (ServerCallStreamObserver<DiscoveryResponse>) responses;
        var sequential = MoreExecutors.newSequentialExecutor(executor);
        var stream = new AdsStream(out, this, sequential, PeerNames.current());
        out.disableAutoRequest();
        out.setOnReadyHandler(stream::wake);
        out.setOnCancelHandler(() -> sequential.execute(() -> stream.end("connection lost")));
        streams.add(stream);
        if (serving) {
            out.request(1);
        } else {
            stream.turnAway();
        }
        return stream;
    }

    /**
     * Whether streams are served. What was known of gateways is forgotten at each change: in between they may have had
     * another configuration from another operator.
     */
    void serving(boolean serves) {
        if (serving == serves) {
            return;
        }
        serving = serves;
        memories.clear();
        if (!serves) {
            streams.forEach(AdsStream::turnAway);
        }
    }

    void changed(String dataPath) {
        for (var stream : streams) {
            if (stream.serves(dataPath)) {
                stream.wake();
            }
        }
    }

    void closeStalled(Duration limit) {
        streams.forEach(stream -> stream.closeIfStalled(limit));
    }

    void shutDown() {
        streams.forEach(AdsStream::shutDown);
    }

    void ended(AdsStream stream) {
        streams.remove(stream);
    }

    @Nullable
    Snapshot snapshot(String dataPath) {
        return store.snapshot(dataPath);
    }

    Memory recall(String dataPath, String gateway) {
        var memory = memories.remove(key(dataPath, gateway));
        return memory == null ? Memory.NONE : memory;
    }

    void remember(String dataPath, String gateway, Memory memory) {
        if (serving) {
            memories.put(key(dataPath, gateway), memory);
        }
    }

    SyncState sync() {
        return sync;
    }

    IdentityCheck identityCheck() {
        return identityCheck;
    }

    XdsEvents events() {
        return events;
    }

    InstantSource clock() {
        return clock;
    }

    private static String key(String dataPath, String gateway) {
        return dataPath + '\n' + gateway;
    }
}
