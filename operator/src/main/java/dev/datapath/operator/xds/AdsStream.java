package dev.datapath.operator.xds;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The I/O of one gateway's stream. All work runs on a sequential executor, so there are no locks. Requests are read one
 * at a time (the next one after the previous one is processed), and responses are sent only while the transport accepts
 * them. Therefore a stream holds one request and at most one unacknowledged response per type.
 */
final class AdsStream implements StreamObserver<DiscoveryRequest> {
    private static final Set<ResourceType> DECIDED = Set.of(ResourceType.ENDPOINT, ResourceType.RUNTIME);

    private static final System.Logger LOG = System.getLogger(AdsStream.class.getName());

    private final ServerCallStreamObserver<DiscoveryResponse> out;
    private final AdsService service;
    private final Executor executor;
    private final List<SubjectAlternativeName> peer;
    private final Instant connectedSince;
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private volatile @Nullable Admitted admitted;
    private volatile @Nullable Instant retryAt;
    private boolean closed;
    /** The intent that the gateway acknowledged completely; null while another one is being delivered. */
    private @Nullable String intent;

    private record Admitted(String dataPath, String gateway, Session session, KeptNames.Account names) {}

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
        execute(() -> {
            if (!closed) {
                receive(request);
            }
        });
    }

    @Override
    public void onError(Throwable failure) {
        connectionLost();
    }

    @Override
    public void onCompleted() {
        execute(() -> close(Status.OK, "closed by the gateway"));
    }

    boolean serves(String dataPath) {
        var current = admitted;
        return current != null && current.dataPath().equals(dataPath);
    }

    /** Schedules the delivery of pending responses; calls until then count as one. */
    void wake() {
        if (scheduled.compareAndSet(false, true)) {
            execute(() -> {
                scheduled.set(false);
                if (!closed) {
                    pump();
                }
            });
        }
    }

    /** Resends a rejected version when its retry is due. Must be called periodically. */
    void retry() {
        var due = retryAt;
        if (due != null && !service.clock().instant().isBefore(due)) {
            retryAt = null;
            wake();
        }
    }

    /** Closes the stream when the gateway has not sent a response, or its first request, within the limit. */
    void closeIfStalled(Duration limit) {
        execute(() -> {
            var current = admitted;
            var since = current == null ? connectedSince : current.session().waitingSince();
            if (!closed
                    && since != null
                    && since.plus(limit).isBefore(service.clock().instant())) {
                close(Status.DEADLINE_EXCEEDED, "no response for " + limit.toSeconds() + " s");
            }
        });
    }

    /** Closes the stream; the gateway connects to the operator that serves. */
    void redirect() {
        execute(() -> close(Status.UNAVAILABLE, "this operator does not serve: another one is the leader"));
    }

    void shutDown() {
        execute(() -> close(Status.UNAVAILABLE, "the server is stopping"));
    }

    /** A newer stream of the same gateway replaces this one. */
    void replaced() {
        execute(() -> close(Status.ABORTED, "the gateway opened another stream"));
    }

    void connectionLost() {
        execute(() -> end("connection lost"));
    }

    /**
     * Runs work of this stream, one task at a time. A defect closes the stream: the gateway reconnects and starts over.
     */
    private void execute(Runnable work) {
        executor.execute(() -> {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                failed(e);
            }
        });
    }

    private void failed(Throwable defect) {
        LOG.log(System.Logger.Level.ERROR, "an xDS stream failed, closing it", defect);
        try {
            service.events().failed("stream");
            close(Status.INTERNAL, "internal error");
        } finally {
            end("internal error");
        }
    }

    private void receive(DiscoveryRequest request) {
        var excess = RequestLimits.exceeded(request);
        if (excess != null) {
            refuse(Status.INVALID_ARGUMENT, excess);
            return;
        }
        var current = admitted == null ? admit(request) : admitted;
        if (current == null) {
            return;
        }
        var answer = current.session().receive(request);
        if (answer != null) {
            report(current, answer);
        }
        pump();
        if (!closed) {
            out.request(1);
        }
    }

    private void report(Admitted current, Session.Answer answer) {
        var push = answer.push();
        if (answer.message() == null) {
            service.events().acknowledged(current.dataPath(), current.gateway(), push.type(), push.version());
        } else {
            service.events()
                    .rejected(current.dataPath(), current.gateway(), push.type(), push.version(), answer.message());
        }
    }

    /** Only the first request contains the node; Envoy omits it in the others. */
    private @Nullable Admitted admit(DiscoveryRequest request) {
        var dataPath = request.getNode().getCluster();
        var gateway = request.getNode().getId();
        if (dataPath.isEmpty() || gateway.isEmpty()) {
            return refuse(Status.INVALID_ARGUMENT, "the first request must have node.id and node.cluster");
        }
        if (!service.identityCheck().permits(peer, dataPath)) {
            return refuse(Status.PERMISSION_DENIED, "the certificate does not name DataPath " + dataPath);
        }
        var session = new Session(
                service.clock(),
                service.recall(dataPath, gateway),
                UUID.randomUUID().toString());
        var current =
                new Admitted(dataPath, gateway, session, service.keptNames().open(dataPath));
        admitted = current;
        service.admitted(dataPath, gateway, this);
        service.events().connected(dataPath, gateway);
        return current;
    }

    private @Nullable Admitted refuse(Status status, String reason) {
        service.events().refused(reason);
        close(status, reason);
        return null;
    }

    private void refuseNames(Admitted current) {
        var reason = "the gateways of DataPath " + current.dataPath() + " request too many unknown resource names";
        if (service.keptNames().mayLog(service.clock().instant())) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "closing the xDS stream of gateway " + EnvoyMessage.clean(current.gateway()) + ": " + reason);
        }
        refuse(Status.RESOURCE_EXHAUSTED, reason);
    }

    private void pump() {
        var current = admitted;
        if (current == null) {
            return;
        }
        var target = service.snapshot(current.dataPath(), current.gateway());
        if (target != null) {
            current.session().shareNames(target);
        }
        if (!current.names().keep(current.session().keptNameBytes())) {
            refuseNames(current);
            return;
        }
        while (target != null && out.isReady() && !out.isCancelled()) {
            var push = current.session().next(target);
            if (push == null) {
                break;
            }
            send(current, push);
        }
        retryAt = current.session().retryAt();
        intent = target == null ? null : intent(current.session(), target);
        var state = new GatewayState(
                current.gateway(), connectedSince, intent, current.session().states());
        service.sync().update(current.dataPath(), this, state);
    }

    /**
     * Decisions of operators are endpoints and runtime values that modify an intent. A gateway that acknowledged an
     * intent completely runs it while other decisions on it are being delivered, and when it rejects them: it keeps the
     * decisions that it accepted, which belong to the same intent, and the rejection is in {@link
     * GatewayState#rejections}. A gateway that has not acknowledged the intent on this stream must accept all of it
     * including the decisions, because its previous configuration is unknown.
     */
    private @Nullable String intent(Session session, Snapshot target) {
        boolean same = target.intent().equals(intent);
        return session.isSynced(target, same ? DECIDED : Set.of()) ? target.intent() : null;
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
        admitted = null; // the transport may hold this object until the peer has read the end of the stream
        if (current != null) {
            current.names().close();
            service.left(current.dataPath(), current.gateway(), this);
            service.remember(
                    current.dataPath(), current.gateway(), current.session().leave());
            service.sync().remove(current.dataPath(), this);
            service.events().disconnected(current.dataPath(), current.gateway(), reason);
        }
    }
}
