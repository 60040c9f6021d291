package dev.datapath.operator.envoy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An encoded message, joined from pieces of which most are unchanged between renderings. Protocol buffers allow this: the fields of
 * a message may be encoded separately and concatenated, also repeated fields and map entries.
 *
 * <p>A reusable piece is a shard with its own SHA-256, so only changed pieces are digested. The digest of the whole is computed
 * from those in order. Equal digests mean that all pieces are equal.
 */
final class Encoding {
    static final Encoding EMPTY = new Encoding(List.of(), 0);

    /** @param digest SHA-256 of a shard; null for bytes that are digested each time */
    private record Piece(ByteString bytes, @Nullable ByteString digest) {}

    private final List<Piece> pieces;
    private final int size;

    private Encoding(List<Piece> pieces, int size) {
        this.pieces = pieces;
        this.size = size;
    }

    static Encoding of(MessageLite message) {
        return of(serialise(message));
    }

    private static Encoding of(ByteString bytes) {
        return bytes.isEmpty() ? EMPTY : new Encoding(List.of(new Piece(bytes, null)), bytes.size());
    }

    static Encoding ofText(String text) {
        return of(ByteString.copyFromUtf8(text));
    }

    static Encoding join(List<Encoding> parts) {
        var pieces = new ArrayList<Piece>();
        int size = 0;
        for (var part : parts) {
            pieces.addAll(part.pieces);
            size += part.size;
        }
        return new Encoding(pieces, size);
    }

    static Encoding join(Encoding... parts) {
        return join(List.of(parts));
    }

    /** The same bytes as one piece with a cached digest. */
    Encoding shard() {
        if (size == 0) {
            return EMPTY;
        }
        var bytes = UnsafeByteOperations.unsafeWrap(bytes().toByteArray());
        return new Encoding(List.of(new Piece(bytes, sha256(bytes))), size);
    }

    /** These bytes as the value of a field: a message, a string, or a map entry. */
    Encoding field(int number) {
        var head = ByteString.newOutput(10);
        try {
            var out = CodedOutputStream.newInstance(head);
            out.writeTag(number, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(size);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return join(of(head.toByteString()), this);
    }

    boolean isEmpty() {
        return size == 0;
    }

    ByteString bytes() {
        return pieces.size() == 1
                ? pieces.getFirst().bytes()
                : ByteString.copyFrom(pieces.stream().map(Piece::bytes).toList());
    }

    /**
     * A SHA-256 of the content; equal only for equal content. For a message that was encoded as a whole it is the SHA-256 of its
     * bytes, which another program can reproduce.
     */
    ByteString digest() {
        if (pieces.size() == 1 && pieces.getFirst().digest() == null) {
            return sha256(pieces.getFirst().bytes());
        }
        var sha = sha256();
        for (var piece : pieces) {
            var digest = piece.digest();
            var bytes = digest == null ? piece.bytes() : digest;
            sha.update(ByteBuffer.allocate(5)
                    .put((byte) (digest == null ? 0 : 1))
                    .putInt(bytes.size())
                    .flip());
            update(sha, bytes);
        }
        return UnsafeByteOperations.unsafeWrap(sha.digest());
    }

    private static ByteString sha256(ByteString bytes) {
        var sha = sha256();
        update(sha, bytes);
        return UnsafeByteOperations.unsafeWrap(sha.digest());
    }

    private static void update(MessageDigest sha, ByteString bytes) {
        bytes.asReadOnlyByteBufferList().forEach(sha::update);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Serializes with map entries sorted by key. */
    private static ByteString serialise(MessageLite message) {
        var bytes = new byte[message.getSerializedSize()];
        var out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            message.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.checkNoSpaceLeft();
        return UnsafeByteOperations.unsafeWrap(bytes);
    }
}
