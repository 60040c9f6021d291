package dev.datapath.operator.envoy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One rendered resource, encoded once. A renderer returns the same object as long as its inputs are equal.
 *
 * @param <M> the message
 */
public final class Part<M extends Message> {

    /**
     * Other resources that a resource references, by name.
     *
     * @param clusters clusters to which it forwards requests
     * @param routes route configurations that it fetches
     * @param secrets secrets that it fetches for client connections
     * @param endpoints endpoints that it fetches
     */
    public record References(Set<String> clusters, Set<String> routes, Set<String> secrets, Set<String> endpoints) {
        /** No references. */
        public static final References NONE = new References(Set.of(), Set.of(), Set.of(), Set.of());

        public References {
            clusters = Set.copyOf(clusters);
            routes = Set.copyOf(routes);
            secrets = Set.copyOf(secrets);
            endpoints = Set.copyOf(endpoints);
        }
    }

    private final String name;
    private final @Nullable M message;
    private final Parser<M> parser;
    private final ByteString bytes;
    private final ByteString digest;
    private final References references;

    private Part(String name, @Nullable M message, Parser<M> parser, Encoding encoding, References references) {
        this.name = name;
        this.message = message;
        this.parser = parser;
        this.bytes = encoding.bytes();
        this.digest = encoding.digest();
        this.references = references;
    }

    /** A resource without references. */
    public static <M extends Message> Part<M> of(String name, M message) {
        return of(name, message, References.NONE);
    }

    @SuppressWarnings("unchecked") // the parser of a message returns messages of its class
    static <M extends Message> Part<M> of(String name, M message, References references) {
        return new Part<>(name, message, (Parser<M>) message.getParserForType(), Encoding.of(message), references);
    }

    /** A resource that is only kept encoded. */
    static <M extends Message> Part<M> of(String name, Parser<M> parser, Encoding encoding, References references) {
        return new Part<>(name, null, parser, encoding, references);
    }

    public String name() {
        return name;
    }

    /** The message. A resource that is only kept encoded is parsed for each call. */
    public M message() {
        if (message != null) {
            return message;
        }
        try {
            return parser.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(name + " is not a valid encoding", e);
        }
    }

    /** The encoded message. */
    public ByteString bytes() {
        return bytes;
    }

    /** A SHA-256: equal for equal content, also in another process. */
    public ByteString digest() {
        return digest;
    }

    public References references() {
        return references;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Part<?> part
                && (part == this || (digest.equals(part.digest) && name.equals(part.name) && bytes.equals(part.bytes)));
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    @Override
    public String toString() {
        return name; // never the content, because secrets are resources, too
    }
}
