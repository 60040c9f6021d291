package dev.datapath.operator.apiserver;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** RFC 6902, the operations that Kubernetes clients send. */
final class JsonPatches {
    private JsonPatches() {}

    static ObjectNode apply(ObjectNode before, JsonNode patch) {
        var result = before.deepCopy();
        for (var operation : patch) {
            var pointer = JsonPointer.compile(operation.get("path").asText());
            var parent = result.at(pointer.head());
            var name = pointer.last().getMatchingProperty();
            var value = operation.get("value");
            switch (operation.get("op").asText()) {
                case "test" -> {
                    if (!result.at(pointer).equals(value)) {
                        throw new ApiFailure(422, "Invalid", "the test of " + pointer + " failed");
                    }
                }
                case "add", "replace" ->
                    set(parent, name, value, operation.get("op").asText().equals("add"));
                case "remove" -> {
                    if (parent instanceof ArrayNode list) {
                        list.remove(Integer.parseInt(name));
                    } else {
                        ((ObjectNode) parent).remove(name);
                    }
                }
                default -> throw new ApiFailure(422, "Invalid", operation + " is not supported");
            }
        }
        return result;
    }

    private static void set(JsonNode parent, String name, JsonNode value, boolean adds) {
        if (parent instanceof ArrayNode list) {
            if (name.equals("-")) {
                list.add(value);
            } else if (adds) {
                list.insert(Integer.parseInt(name), value);
            } else {
                list.set(Integer.parseInt(name), value);
            }
        } else {
            ((ObjectNode) parent).set(name, value);
        }
    }
}
