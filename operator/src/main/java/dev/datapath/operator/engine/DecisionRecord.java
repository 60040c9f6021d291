package dev.datapath.operator.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.model.Decisions;
import dev.datapath.operator.model.Decisions.Decision;
import dev.datapath.operator.model.Decisions.Node;
import dev.datapath.operator.model.Decisions.NodeWeight;
import dev.datapath.operator.model.Decisions.Subject;
import dev.datapath.operator.model.Decisions.Terms;
import dev.datapath.operator.text.VisibleText;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decisions of a DataPath as JSON of {@value #VERSION}. Equal decisions have an equal text. */
final class DecisionRecord {
    /** A record with another version is of another operator, and is not read. */
    static final int VERSION = 1;

    private static final String NODE_WEIGHT = "NodeWeight";
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /**
     * The result of {@link #read}.
     *
     * @param problem why some were ignored; null when all were read
     */
    record Found(Decisions decisions, @Nullable String problem) {}

    private DecisionRecord() {}

    static String write(DataPath dataPath, Decisions decisions) {
        var root = JSON.createObjectNode().put("version", VERSION);
        identity(dataPath).forEach(root::put);
        var list = root.putArray("decisions");
        for (var decision : decisions.all()) {
            switch (decision) {
                case NodeWeight weight ->
                    terms(
                            list.addObject()
                                    .put("kind", NODE_WEIGHT)
                                    .put("pool", weight.subject().pool())
                                    .put("node", weight.subject().name())
                                    .put("percent", weight.percent()),
                            weight.terms());
            }
        }
        try {
            return JSON.writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write a tree of strings and numbers as JSON", e);
        }
    }

    /**
     * Reads a record that {@link #write} created for the same DataPath. Only decisions that cannot be read are ignored. A record of
     * another DataPath, also of an earlier one with the same name, gives no decisions.
     *
     * @throws IOException when no part of it can be read; see the message
     */
    static Found read(DataPath dataPath, String text) throws IOException {
        if (text.length() > StateStore.MOST_CHARACTERS) {
            throw new IOException("it has more than " + StateStore.MOST_CHARACTERS + " characters");
        }
        var root = tree(text);
        int version = root.path("version").asInt();
        if (version > VERSION) {
            throw new IOException("it is of version " + version + ", and this operator reads version " + VERSION);
        }
        if (version != VERSION || !root.path("decisions").isArray()) {
            throw new IOException("it is not a record of decisions of version " + VERSION);
        }
        for (var part : identity(dataPath).entrySet()) {
            if (!part.getValue().equals(root.path(part.getKey()).asText())) {
                return new Found(Decisions.NONE, null);
            }
        }
        return decisions(root.path("decisions"));
    }

    private static Found decisions(JsonNode list) {
        var known = new LinkedHashMap<Subject, Decision>();
        String problem = null;
        for (var node : list) {
            try {
                if (known.size() == Decisions.MOST) {
                    throw new IllegalArgumentException("there are more than " + Decisions.MOST);
                }
                var decision = decision(node);
                known.put(decision.subject(), decision);
            } catch (IllegalArgumentException | DateTimeException e) {
                problem = problem == null ? VisibleText.of(String.valueOf(e.getMessage()), 200) : problem;
            }
        }
        return new Found(new Decisions(known.values().stream().toList()), problem);
    }

    private static Decision decision(JsonNode node) {
        var kind = text(node, "kind");
        if (!kind.equals(NODE_WEIGHT)) {
            throw new IllegalArgumentException("there is no kind " + kind);
        }
        if (!node.path("percent").isNumber()) {
            throw new IllegalArgumentException("percent is not a number");
        }
        return new NodeWeight(
                new Node(text(node, "pool"), text(node, "node")),
                node.path("percent").asDouble(),
                new Terms(
                        text(node, "reason"),
                        Instant.parse(text(node, "decidedAt")),
                        Instant.parse(text(node, "holdUntil")),
                        Instant.parse(text(node, "expiresAt"))));
    }

    private static void terms(ObjectNode decision, Terms terms) {
        decision.put("reason", terms.reason())
                .put("decidedAt", terms.decidedAt().toString())
                .put("holdUntil", terms.holdUntil().toString())
                .put("expiresAt", terms.expiresAt().toString());
    }

    private static String text(JsonNode node, String field) {
        var value = node.path(field);
        if (!value.isTextual()) {
            throw new IllegalArgumentException(field + " is not a string");
        }
        return value.asText();
    }

    /** The uid distinguishes DataPaths with the same name. DataPaths from files have none. */
    private static Map<String, String> identity(DataPath dataPath) {
        var identity = new LinkedHashMap<String, String>();
        var metadata = dataPath.getMetadata();
        identity.put("dataPath", metadata.getNamespace() + "/" + metadata.getName());
        identity.put("uid", metadata.getUid() == null ? "" : metadata.getUid());
        return identity;
    }

    private static JsonNode tree(String text) throws IOException {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IOException("it is not JSON: " + VisibleText.of(e.getOriginalMessage(), 200), e);
        }
    }
}
