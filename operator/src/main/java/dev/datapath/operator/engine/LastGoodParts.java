package dev.datapath.operator.engine;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.datapath.operator.compile.LastGood;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Serializes the parts of the plan that gateways acknowledged, for a Secret or a file. A new leader uses them to replace unusable
 * declared parts. The format is compressed JSON with a version.
 */
public final class LastGoodParts {
    /** Parts with a higher version are of a newer operator, and are not read. Parts of the first operators have no version. */
    private static final int VERSION = 1;

    private static final String VERSION_FIELD = "version";

    /** Unknown fields are ignored, because an older operator may read parts of a newer one. Incomplete parts are rejected. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();

    /**
     * Maximum size, because a user who can write Secrets in the namespace of a DataPath must not be able to exhaust the operator's
     * memory.
     */
    private static final int MAX_BYTES = 16 << 20;

    private LastGoodParts() {}

    /** Equal parts give equal bytes. */
    public static byte[] write(LastGood parts) {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            ObjectNode tree = JSON.valueToTree(parts);
            JSON.writeValue(gzip, tree.put(VERSION_FIELD, VERSION));
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    /** @throws IOException when the bytes were not created by {@link #write} */
    public static LastGood read(byte[] bytes) throws IOException {
        try (var gzip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            var text = gzip.readNBytes(MAX_BYTES + 1);
            if (text.length > MAX_BYTES) {
                throw new IOException("it has more than " + MAX_BYTES + " bytes");
            }
            var tree = JSON.readTree(text);
            int version = tree.path(VERSION_FIELD).asInt(VERSION);
            if (version > VERSION) {
                throw new IOException("it has version " + version + ", and this operator reads " + VERSION);
            }
            return JSON.treeToValue(tree, LastGood.class);
        }
    }
}
