package dev.datapath.operator.envoy.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * A JSON answer of a gateway, read value by value. Whoever took over a gateway chooses the shape of it, and a tree of small values takes
 * about thirty times the memory of their text.
 */
final class JsonAnswer {
    /** Takes a value, and reads all of it or nothing of it. */
    @FunctionalInterface
    interface Value {
        void read() throws IOException;
    }

    /** Takes the value of a field, and reads all of it or nothing of it. */
    @FunctionalInterface
    interface Field {
        void read(String name) throws IOException;
    }

    /**
     * Most elements of all arrays that are read of one answer: far more than a gateway has listeners, and more than 4 MiB hold of pools
     * and nodes, of which Envoy writes about half a KiB each.
     */
    static final int MAX_ELEMENTS = 10_000;

    /** A table of names would keep every name until the end. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private final JsonParser parser;
    private int elements;

    private JsonAnswer(JsonParser parser) {
        this.parser = parser;
    }

    /** Reads the fields of the object that a text is. A text that is another value has none. */
    static void fields(String text, String what, Reader reader) throws IOException {
        try (var parser = JSON.createParser(text)) {
            parser.nextToken();
            var answer = new JsonAnswer(parser);
            answer.fields(name -> reader.read(answer, name));
        } catch (JsonProcessingException e) {
            throw new IOException(what + " of the gateway cannot be read as JSON", e);
        }
    }

    /** Takes the value of a field of the whole answer. */
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

    /** The text that the object of this value has in a field; else an empty one. */
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

    /** Reads the elements of this value, if it is an array. An answer with too many is an error. */
    void elements(Value element) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return;
        }
        for (var token = parser.nextToken();
                token != null && token != JsonToken.END_ARRAY;
                token = parser.nextToken()) {
            if (++elements > MAX_ELEMENTS) {
                throw new IOException("the answer of the gateway has more than " + MAX_ELEMENTS + " elements");
            }
            element.read();
            parser.skipChildren();
        }
    }

    /** This value, if it is a text; else an empty one. */
    String text(int longest) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            return "";
        }
        if (parser.getTextLength() > longest) {
            throw new IOException("a text of the gateway has more than " + longest + " characters");
        }
        return parser.getText();
    }

    /** This value, if it is a whole number; else 0. */
    int number() throws IOException {
        return parser.currentToken() == JsonToken.VALUE_NUMBER_INT ? parser.getIntValue() : 0;
    }

    /** Whether this value is true. */
    boolean yes() {
        return parser.currentToken() == JsonToken.VALUE_TRUE;
    }
}
