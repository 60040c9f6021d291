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
 * The parts of the plan that gateways acknowledged, as they are kept in a Secret or a file: an operator that takes over uses them where
 * the declared parts cannot be used. Compressed JSON with a version.
 */
public final class LastGoodParts {
    /** Parts with a higher version are of a newer operator, and are not read. Those of the first operators have none. */
    private static final int VERSION = 1;

    private static final String VERSION_FIELD = "version";

    /** An older operator may read what a newer one wrote; a part that is not whole is no good part. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();

    /** Whoever may write Secrets beside a DataPath must not be able to fill the operator's memory. */
    private static final int MOST_BYTES = 16 << 20;

    private LastGoodParts() {}

    /** Equal parts give equal bytes. */
    public static byte[] write(LastGood parts) {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            ObjectNode tree = JSON.valueToTree(parts);
            JSON.writeValue(gzip, tree.put(VERSION_FIELD, VERSION));
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes all that is written", e);
        }
        return bytes.toByteArray();
    }

    /** @throws IOException when these are not bytes that {@link #write} made */
    public static LastGood read(byte[] bytes) throws IOException {
        try (var gzip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            var text = gzip.readNBytes(MOST_BYTES + 1);
            if (text.length > MOST_BYTES) {
                throw new IOException("it has more than " + MOST_BYTES + " bytes");
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
