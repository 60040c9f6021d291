package dev.datapath.operator.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;

/**
 * Admitted objects as text: a JSON list. Secrets are omitted, because a private key must not be stored in a second
 * file.
 *
 * <p>Numbers are read as in admitted trees, integers as Long. Therefore an unchanged object compares equal.
 */
final class AdmittedText {
    /**
     * One object.
     *
     * @param file the file that it was admitted from
     * @param since when this version was admitted, ISO 8601
     * @param fields its stored form, with apiVersion, kind and metadata
     */
    record Entry(String file, String since, Map<String, Object> fields) {}

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_LONG_FOR_INTS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();
    private static final TypeReference<List<Entry>> ENTRIES = new TypeReference<>() {};

    private AdmittedText() {}

    static String write(List<Entry> entries) {
        try {
            return JSON.writeValueAsString(entries);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values cannot be written", e);
        }
    }

    /** @throws JsonProcessingException when the text was not written by {@link #write} */
    static List<Entry> read(String text) throws JsonProcessingException {
        return JSON.readValue(text, ENTRIES);
    }
}
