package dev.datapath.operator.xds;

import com.google.common.util.concurrent.MoreExecutors;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Aggregated discovery, state of the world: opens streams and wakes those whose DataPath changed. */
final class AdsService extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
    private final SnapshotStore store;
    private final SyncState sync;
    private final IdentityCheck identityCheck;
    private final XdsEvents events;
    private final InstantSource clock;
    private final Executor executor;
    private final Set<AdsStream> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean serving;
    private final Memories memories;

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
        memories = new Memories(clock);
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
        memories.forgetAll();
        if (!serves) {
            streams.forEach(AdsStream::turnAway);
        }
    }

    void changed(String dataPath) {
        if (store.snapshot(dataPath) == null) {
            memories.forget(dataPath);
        }
        for (var stream : streams) {
            if (stream.serves(dataPath)) {
                stream.wake();
            }
        }
    }

    /** Ends what has waited for longer than the limit, and forgets gateways that stay away. To be called now and then. */
    void tidyUp(Duration limit) {
        memories.forgetOld();
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
        return memories.recall(dataPath, gateway);
    }

    void remember(String dataPath, String gateway, Memory memory) {
        memories.remember(dataPath, gateway, memory);
        // Looked at afterwards: what changes from now on is followed by forgetting.
        if (!serving || store.snapshot(dataPath) == null) {
            memories.recall(dataPath, gateway);
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
}
