package dev.datapath.e2e.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What {@code datapath run} says of its objects in {@code .status}. */
final class StatusFiles {
    /** One condition of one object. */
    record Condition(String object, String type, String status, String reason, String message) {}

    private final ObjectMapper yaml = new ObjectMapper(new YAMLFactory());
    private final Path directory;

    StatusFiles(Path source) {
        directory = source.resolve(".status");
    }

    /** The conditions of all objects; those of a policy stand under the object it is attached to. */
    List<Condition> conditions() {
        var conditions = new ArrayList<Condition>();
        for (var document : documents()) {
            var object = document.path("kind").asText() + " "
                    + document.path("metadata").path("name").asText();
            document.path("status").path("conditions").forEach(c -> conditions.add(condition(object, c)));
            document.path("status")
                    .path("ancestors")
                    .forEach(
                            ancestor -> ancestor.path("conditions").forEach(c -> conditions.add(condition(object, c))));
        }
        return conditions;
    }

    /** {@code 3/4}: healthy nodes of all nodes of the only pool; empty while it is not known. */
    String healthyNodes() {
        return documents().stream()
                .filter(document -> document.path("kind").asText().equals("StoragePool"))
                .map(document -> document.path("status"))
                .filter(status -> status.has("totalNodes"))
                .map(status -> status.path("healthyNodes").asInt() + "/"
                        + status.path("totalNodes").asInt())
                .findFirst()
                .orElse("");
    }

    /** Whether any object has this condition with status True, and none has it with another. */
    boolean allTrue(String type) {
        var found = conditions().stream().filter(c -> c.type().equals(type)).toList();
        return !found.isEmpty() && found.stream().allMatch(c -> c.status().equals("True"));
    }

    private static Condition condition(String object, JsonNode node) {
        return new Condition(
                object,
                node.path("type").asText(),
                node.path("status").asText(),
                node.path("reason").asText(),
                node.path("message").asText());
    }

    private List<JsonNode> documents() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var files = Files.list(directory)) {
            var documents = new ArrayList<JsonNode>();
            for (var file : files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList()) {
                documents.add(yaml.readTree(Files.readString(file)));
            }
            return documents;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + directory, e);
        }
    }
}
