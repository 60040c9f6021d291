package dev.datapath.operator.infra.cluster;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A UTF-8 body with a maximum size in bytes. A longer body is an error, and the rest is not read. Java provides this
 * since release 25.
 */
final class LimitedText implements HttpResponse.BodySubscriber<String> {
    /** The body exceeds the maximum size. */
    static final class TooLong extends IOException {
        private static final long serialVersionUID = 1;

        TooLong(int limit) {
            super("more than " + limit + " bytes");
        }
    }

    private final HttpResponse.BodySubscriber<String> text =
            HttpResponse.BodySubscribers.ofString(StandardCharsets.UTF_8);
    private final int limit;
    private Flow.@Nullable Subscription subscription;
    private long taken;

    LimitedText(int limit) {
        this.limit = limit;
    }

    @Override
    public CompletionStage<String> getBody() {
        return text.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription body) {
        subscription = body;
        text.onSubscribe(body);
    }

    @Override
    public void onNext(List<ByteBuffer> parts) {
        taken += parts.stream().mapToLong(ByteBuffer::remaining).sum();
        if (taken <= limit) {
            text.onNext(parts);
        } else if (subscription != null) {
            subscription.cancel();
            text.onError(new TooLong(limit));
        }
    }

    @Override
    public void onError(Throwable failure) {
        text.onError(failure);
    }

    @Override
    public void onComplete() {
        text.onComplete();
    }
}
