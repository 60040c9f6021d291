package dev.datapath.operator.reconcile;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.datapath.operator.compile.LastGood;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * The parts of the plan that gateways acknowledged, as they are kept in a Secret: what an operator that comes to lead goes on with
 * where the declared parts cannot be used. Compressed JSON.
 */
final class LastGoodParts {
    /** An older operator may read what a newer one wrote; a part that is not whole is no good part. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();

    /** Whoever may write Secrets beside a DataPath must not be able to fill the operator's memory. */
    private static final int MOST_BYTES = 16 << 20;

    private LastGoodParts() {}

    static byte[] write(LastGood parts) {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            JSON.writeValue(gzip, parts);
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes all that is written", e);
        }
        return bytes.toByteArray();
    }

    /** @throws IOException when these are not bytes that {@link #write} made */
    static LastGood read(byte[] bytes) throws IOException {
        try (var gzip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            var text = gzip.readNBytes(MOST_BYTES + 1);
            if (text.length > MOST_BYTES) {
                throw new IOException("it has more than " + MOST_BYTES + " bytes");
            }
            return JSON.readValue(text, LastGood.class);
        }
    }
}
