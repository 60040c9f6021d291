package dev.datapath.operator.xds;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * One resource, serialised once. Two resources are equal when name and bytes are; the digest, which stays the same over
 * restarts (map entries are written in key order), makes unequal ones cheap to tell. It is a SHA-256, because versions are
 * made of it and users choose the content: two contents with equal checksums are easy to make, and the second one would
 * never be delivered.
 */
record Resource(String name, Any any, ByteString digest) {

    static Resource of(ResourceType type, String name, Message message) {
        var bytes = serialise(message);
        var any = Any.newBuilder().setTypeUrl(type.typeUrl()).setValue(UnsafeByteOperations.unsafeWrap(bytes));
        return new Resource(name, any.build(), digest(bytes));
    }

    private static ByteString digest(byte[] bytes) {
        return UnsafeByteOperations.unsafeWrap(sha256().digest(bytes));
    }

    /** Content version of a set of resources given in name order. */
    static String version(Collection<Resource> sorted) {
        var sha = sha256();
        for (var resource : sorted) {
            var name = ByteString.copyFromUtf8(resource.name);
            sha.update(new byte[] {(byte) (name.size() >> 8), (byte) name.size()});
            sha.update(name.asReadOnlyByteBuffer());
            sha.update(resource.digest.asReadOnlyByteBuffer());
        }
        return shorten(sha);
    }

    /** The first 128 bits, in hexadecimal: to find two contents with an equal version takes 2^64 attempts. */
    static String shorten(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static byte[] serialise(Message message) {
        var bytes = new byte[message.getSerializedSize()];
        var out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            message.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.checkNoSpaceLeft();
        return bytes;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Resource resource
                && (resource == this
                        || (digest.equals(resource.digest)
                                && name.equals(resource.name)
                                && any.getValue().equals(resource.any.getValue())));
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    @Override
    public String toString() {
        return name; // never the content: secrets are resources too
    }
}
