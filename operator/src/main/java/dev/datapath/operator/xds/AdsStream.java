package dev.datapath.operator.xds;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The I/O of one gateway's stream. All work runs on a sequential executor, so there are no locks; requests are taken one
 * by one (the next is asked for when one is dealt with) and responses only while the transport takes them, so a stream
 * holds one request and at most one unanswered response per type.
 */
final class AdsStream implements StreamObserver<DiscoveryRequest> {
    private static final int MAX_NAME_LENGTH = 512;

    private final ServerCallStreamObserver<DiscoveryResponse> out;
    private final AdsService service;
    private final Executor executor;
    private final List<SubjectAlternativeName> peer;
    private final Instant connectedSince;
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private volatile @Nullable Admitted admitted;
    private boolean closed;

    private record Admitted(String dataPath, String gateway, Session session) {}

    AdsStream(
            ServerCallStreamObserver<DiscoveryResponse> out,
            AdsService service,
            Executor executor,
            List<SubjectAlternativeName> peer) {
        this.out = out;
        this.service = service;
        this.executor = executor;
        this.peer = peer;
        this.connectedSince = service.clock().instant();
    }

    @Override
    public void onNext(DiscoveryRequest request) {
        executor.execute(() -> {
            if (!closed) {
                receive(request);
            }
        });
    }

    @Override
    public void onError(Throwable failure) {
        executor.execute(() -> end("connection lost"));
    }

    @Override
    public void onCompleted() {
        executor.execute(() -> close(Status.OK, "closed by the gateway"));
    }

    boolean serves(String dataPath) {
        var current = admitted;
        return current != null && current.dataPath().equals(dataPath);
    }

    /** Sends what there is to send, soon; calls until then count as one. */
    void wake() {
        if (scheduled.compareAndSet(false, true)) {
            executor.execute(() -> {
                scheduled.set(false);
                if (!closed) {
                    pump();
                }
            });
        }
    }

    /** Closes the stream when the gateway owes an answer, or its first request, for longer than the limit. */
    void closeIfStalled(Duration limit) {
        executor.execute(() -> {
            var current = admitted;
            var since = current == null ? connectedSince : current.session().waitingSince();
            if (!closed
                    && since != null
                    && since.plus(limit).isBefore(service.clock().instant())) {
                close(Status.DEADLINE_EXCEEDED, "no answer for " + limit.toSeconds() + " s");
            }
        });
    }

    /** Sends the gateway to the operator that serves. */
    void turnAway() {
        executor.execute(() -> close(Status.UNAVAILABLE, "this operator does not serve: another one leads"));
    }

    void shutDown() {
        executor.execute(() -> close(Status.UNAVAILABLE, "the server stops"));
    }

    private void receive(DiscoveryRequest request) {
        var current = admitted == null ? admit(request) : admitted;
        if (current == null) {
            return;
        }
        var answer = current.session().receive(request);
        if (answer != null) {
            tell(current, answer);
        }
        pump();
        out.request(1);
    }

    private void tell(Admitted current, Session.Answer answer) {
        var push = answer.push();
        if (answer.message() == null) {
            service.events().acknowledged(current.dataPath(), current.gateway(), push.type(), push.version());
        } else {
            service.events()
                    .rejected(current.dataPath(), current.gateway(), push.type(), push.version(), answer.message());
        }
    }

    /** The node stands in the first request only; Envoy leaves it out of the others. */
    private @Nullable Admitted admit(DiscoveryRequest request) {
        var dataPath = request.getNode().getCluster();
        var gateway = request.getNode().getId();
        if (dataPath.isEmpty() || gateway.isEmpty()) {
            return refuse(Status.INVALID_ARGUMENT, "the first request must have node.id and node.cluster");
        }
        if (dataPath.length() > MAX_NAME_LENGTH || gateway.length() > MAX_NAME_LENGTH) {
            return refuse(Status.INVALID_ARGUMENT, "node.id and node.cluster may have 512 characters");
        }
        if (!service.identityCheck().permits(peer, dataPath)) {
            return refuse(Status.PERMISSION_DENIED, "the certificate does not name DataPath " + dataPath);
        }
        var session = new Session(
                service.clock(),
                service.recall(dataPath, gateway),
                UUID.randomUUID().toString());
        var current = new Admitted(dataPath, gateway, session);
        admitted = current;
        service.events().connected(dataPath, gateway);
        return current;
    }

    private @Nullable Admitted refuse(Status status, String reason) {
        service.events().refused(reason);
        close(status, reason);
        return null;
    }

    private void pump() {
        var current = admitted;
        if (current == null) {
            return;
        }
        var target = service.snapshot(current.dataPath());
        while (target != null && out.isReady() && !out.isCancelled()) {
            var push = current.session().next(target);
            if (push == null) {
                break;
            }
            send(current, push);
        }
        var synced = target != null && current.session().isSynced(target) ? target.version() : null;
        var state = new GatewayState(
                current.gateway(), connectedSince, synced, current.session().states());
        service.sync().update(current.dataPath(), this, state);
    }

    private void send(Admitted current, Push push) {
        var response = DiscoveryResponse.newBuilder()
                .setTypeUrl(push.type().typeUrl())
                .setVersionInfo(push.version())
                .setNonce(push.nonce());
        push.resources().forEach(response::addResources);
        var message = response.build();
        out.onNext(message);
        service.events()
                .sent(
                        current.dataPath(),
                        current.gateway(),
                        push.type(),
                        push.version(),
                        push.content().size(),
                        message.getSerializedSize());
    }

    private void close(Status status, String reason) {
        if (closed) {
            return;
        }
        if (status.isOk()) {
            out.onCompleted();
        } else {
            out.onError(status.withDescription(reason).asRuntimeException());
        }
        end(reason);
    }

    void end(String reason) {
        if (closed) {
            return;
        }
        closed = true;
        service.ended(this);
        var current = admitted;
        if (current != null) {
            service.remember(
                    current.dataPath(), current.gateway(), current.session().leave());
            service.sync().remove(current.dataPath(), this);
            service.events().disconnected(current.dataPath(), current.gateway(), reason);
        }
    }
}
