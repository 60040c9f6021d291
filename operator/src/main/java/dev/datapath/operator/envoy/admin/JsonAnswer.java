package dev.datapath.operator.envoy.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * A JSON response of a gateway, read as a stream. A compromised gateway controls its content, and a tree of small values takes
 * about thirty times the memory of their text.
 */
final class JsonAnswer {
    /** Reads a value completely, or not at all. */
    @FunctionalInterface
    interface Value {
        void read() throws IOException;
    }

    /** Reads the value of a field completely, or not at all. */
    @FunctionalInterface
    interface Field {
        void read(String name) throws IOException;
    }

    /**
     * Maximum number of elements of all arrays in one response. A gateway has far fewer listeners, and a response of 4 MiB contains
     * fewer pools and nodes, because Envoy writes about half a KiB for each.
     */
    static final int MAX_ELEMENTS = 10_000;

    /** Names are not interned, because the symbol table would keep every name until the end. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private final JsonParser parser;
    private int elements;

    private JsonAnswer(JsonParser parser) {
        this.parser = parser;
    }

    /** Reads the fields of the object in a text. Another value has no fields. */
    static void fields(String text, String what, Reader reader) throws IOException {
        try (var parser = JSON.createParser(text)) {
            parser.nextToken();
            var answer = new JsonAnswer(parser);
            answer.fields(name -> reader.read(answer, name));
        } catch (JsonProcessingException e) {
            throw new IOException(what + " of the gateway cannot be read as JSON", e);
        }
    }

    /** Reads the value of a field of the root object. */
    @FunctionalInterface
    interface Reader {
        void read(JsonAnswer answer, String name) throws IOException;
    }

    /** Reads the fields of this value, if it is an object. */
    void fields(Field field) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            field.read(name);
            parser.skipChildren();
        }
    }

    /** The string in a field of this object; otherwise an empty string. */
    String text(String field, int longest) throws IOException {
        var text = "";
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean wanted = parser.currentName().equals(field);
                parser.nextToken();
                text = wanted ? text(longest) : text;
                parser.skipChildren();
            }
        }
        return text;
    }

    /** Reads the elements of this value, if it is an array. A response with too many elements is an error. */
    void elements(Value element) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return;
        }
        for (var token = parser.nextToken();
                token != null && token != JsonToken.END_ARRAY;
                token = parser.nextToken()) {
            if (++elements > MAX_ELEMENTS) {
                throw new IOException("the response of the gateway has more than " + MAX_ELEMENTS + " elements");
            }
            element.read();
            parser.skipChildren();
        }
    }

    /** This value if it is a string; otherwise an empty string. */
    String text(int longest) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            return "";
        }
        if (parser.getTextLength() > longest) {
            throw new IOException("a string of the gateway has more than " + longest + " characters");
        }
        return parser.getText();
    }

    /** This value if it is an integer; otherwise 0. */
    int number() throws IOException {
        return parser.currentToken() == JsonToken.VALUE_NUMBER_INT ? parser.getIntValue() : 0;
    }

    /** Whether this value is true. */
    boolean yes() {
        return parser.currentToken() == JsonToken.VALUE_TRUE;
    }
}
