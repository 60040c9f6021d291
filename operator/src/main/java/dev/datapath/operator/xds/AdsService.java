package dev.datapath.operator.xds;

import com.google.common.util.concurrent.MoreExecutors;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Aggregated discovery service, state of the world: opens streams and wakes those whose DataPath changed. */
final class AdsService extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
    private static final int MAX_STREAMS_PER_GATEWAY = 4;

    private final SnapshotStore store;
    private final SyncState sync;
    private final IdentityCheck identityCheck;
    private final XdsEvents events;
    private final InstantSource clock;
    private final Lanes lanes;
    private final KeptNames keptNames;
    private final Set<AdsStream> streams = ConcurrentHashMap.newKeySet();
    /** The open streams of each gateway, oldest first. */
    private final Map<List<String>, Deque<AdsStream>> byGateway = new HashMap<>();

    private volatile boolean serving;
    private final Memories memories;

    AdsService(
            SnapshotStore store,
            SyncState sync,
            IdentityCheck identityCheck,
            XdsEvents events,
            InstantSource clock,
            Lanes lanes,
            KeptNames keptNames) {
        this.store = store;
        this.sync = sync;
        this.identityCheck = identityCheck;
        this.events = events;
        this.clock = clock;
        this.lanes = lanes;
        this.keptNames = keptNames;
        memories = new Memories(clock);
    }

    @Override
    public StreamObserver<DiscoveryRequest> streamAggregatedResources(StreamObserver<DiscoveryResponse> responses) {
        var out = (ServerCallStreamObserver<DiscoveryResponse>) responses;
        var peer = Peers.currentNames();
        var stream = new AdsStream(out, this, MoreExecutors.newSequentialExecutor(lanes.of(peer)), peer);
        out.disableAutoRequest();
        out.setOnReadyHandler(stream::wake);
        out.setOnCancelHandler(stream::connectionLost);
        streams.add(stream);
        if (serving) {
            out.request(1);
        } else {
            stream.redirect();
        }
        return stream;
    }

    /**
     * Sets whether streams are served. The state of gateways is discarded at each change: in between another operator
     * may have sent them a different configuration.
     */
    void serving(boolean serves) {
        if (serving == serves) {
            return;
        }
        serving = serves;
        memories.forgetAll();
        if (!serves) {
            streams.forEach(AdsStream::redirect);
        }
    }

    void changed(String dataPath) {
        if (store.base(dataPath) == null) {
            memories.forget(dataPath);
        }
        for (var stream : streams) {
            if (stream.serves(dataPath)) {
                stream.wake();
            }
        }
    }

    /**
     * Closes streams that have been waiting for longer than the limit, and discards the state of gateways that do not
     * reconnect. Must be called periodically.
     */
    void tidyUp(Duration limit) {
        memories.forgetOld();
        streams.forEach(stream -> stream.closeIfStalled(limit));
    }

    /** Resends rejected versions that may be accepted now. Must be called periodically. */
    void retry() {
        streams.forEach(AdsStream::retry);
    }

    void shutDown() {
        streams.forEach(AdsStream::shutDown);
    }

    void ended(AdsStream stream) {
        streams.remove(stream);
    }

    /**
     * Closes the oldest stream of a gateway that has too many. A connection that was lost without a signal may still be
     * open beside its successor.
     */
    void admitted(String dataPath, String gateway, AdsStream stream) {
        AdsStream oldest = null;
        synchronized (byGateway) {
            var open = byGateway.computeIfAbsent(List.of(dataPath, gateway), key -> new ArrayDeque<>());
            open.addLast(stream);
            if (open.size() > MAX_STREAMS_PER_GATEWAY) {
                oldest = open.removeFirst();
            }
        }
        if (oldest != null) {
            oldest.replaced();
        }
    }

    void left(String dataPath, String gateway, AdsStream stream) {
        synchronized (byGateway) {
            byGateway.computeIfPresent(List.of(dataPath, gateway), (key, open) -> {
                open.remove(stream);
                return open.isEmpty() ? null : open;
            });
        }
    }

    @Nullable
    Snapshot snapshot(String dataPath, String gateway) {
        return store.snapshot(dataPath, gateway);
    }

    Memory recall(String dataPath, String gateway) {
        return memories.recall(dataPath, gateway);
    }

    void remember(String dataPath, String gateway, Memory memory) {
        memories.remember(dataPath, gateway, memory);
        // Checked after the state is stored: a later change discards the state itself.
        if (!serving || store.base(dataPath) == null) {
            memories.recall(dataPath, gateway);
        }
    }

    SyncState sync() {
        return sync;
    }

    IdentityCheck identityCheck() {
        return identityCheck;
    }

    KeptNames keptNames() {
        return keptNames;
    }

    XdsEvents events() {
        return events;
    }

    InstantSource clock() {
        return clock;
    }
}
