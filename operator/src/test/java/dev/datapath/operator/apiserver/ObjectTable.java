package dev.datapath.operator.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** All objects and the changes of them, as an API server keeps them. Safe for several threads. */
final class ObjectTable {
    /** One change, as a watch tells of it. */
    record Change(long version, String kind, String type, ObjectNode object) {
        String namespace() {
            return object.at("/metadata/namespace").asText();
        }
    }

    private record Key(String kind, String namespace, String name) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            return toString().compareTo(other.toString());
        }
    }

    private record Entry(ObjectNode object, FieldOwnership owners) {}

    private final Map<Key, Entry> objects = new TreeMap<>();
    private final List<Change> changes = new ArrayList<>();
    private final List<Consumer<Change>> watches = new ArrayList<>();
    private long version = 100;

    synchronized long version() {
        return version;
    }

    synchronized Optional<ObjectNode> get(String kind, String namespace, String name) {
        return Optional.ofNullable(objects.get(new Key(kind, namespace, name))).map(Entry::object);
    }

    synchronized List<ObjectNode> list(String kind, String namespace) {
        return objects.entrySet().stream()
                .filter(entry -> entry.getKey().kind().equals(kind)
                        && (namespace.isEmpty() || entry.getKey().namespace().equals(namespace)))
                .map(entry -> entry.getValue().object())
                .toList();
    }

    /** Tells of all changes after a version, and of those to come, in their order; ended by the result. */
    synchronized Runnable watch(long after, Consumer<Change> watch) {
        changes.stream().filter(change -> change.version() > after).forEach(watch);
        watches.add(watch);
        return () -> {
            synchronized (this) {
                watches.remove(watch);
            }
        };
    }

    synchronized ObjectNode create(String kind, ObjectNode object) {
        var metadata = (ObjectNode) object.get("metadata");
        var key = new Key(kind, metadata.path("namespace").asText(""), name(metadata));
        if (objects.containsKey(key)) {
            throw new ApiFailure(409, "AlreadyExists", kind + " " + key.name() + " already exists");
        }
        metadata.put("uid", UUID.randomUUID().toString());
        metadata.put(
                "creationTimestamp",
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        metadata.put("generation", 1);
        return store(key, new Entry(object, new FieldOwnership()), "ADDED");
    }

    private static String name(ObjectNode metadata) {
        if (!metadata.hasNonNull("name")) {
            metadata.put(
                    "name",
                    metadata.path("generateName").asText()
                            + UUID.randomUUID().toString().substring(0, 5));
        }
        return metadata.get("name").asText();
    }

    /** Applies a configuration; creates the object unless that is about a part of it. */
    synchronized ObjectNode apply(
            String kind, String namespace, String name, String manager, ObjectNode configuration, boolean status) {
        var entry = objects.get(new Key(kind, namespace, name));
        var wanted = configuration.deepCopy();
        if (status) {
            wanted.retain("status");
        } else {
            wanted.remove("status");
        }
        var uid = configuration.at("/metadata/uid");
        if (entry == null) {
            if (status) {
                throw ApiFailure.notFound(kind, name);
            }
            if (!uid.isMissingNode()) {
                throw new ApiFailure(
                        409, "Conflict", "uid mismatch: the provided object specified uid " + uid.asText());
            }
            var owners = new FieldOwnership();
            var created = create(kind, owners.apply(manager + status, wanted.objectNode(), wanted));
            objects.computeIfPresent(new Key(kind, namespace, name), (key, collectable) -> new Entry(created, owners));
            return created;
        }
        if (!uid.isMissingNode() && !uid.equals(entry.object().at("/metadata/uid"))) {
            throw new ApiFailure(409, "Conflict", "uid mismatch: the provided object specified uid " + uid.asText());
        }
        return update(kind, namespace, name, before -> entry.owners().apply(manager + status, before, wanted), false);
    }

    /**
     * Changes an object; a result that is equal changes nothing.
     *
     * @param checksVersion whether the result must have the version that is there
     */
    synchronized ObjectNode update(
            String kind, String namespace, String name, UnaryOperator<ObjectNode> change, boolean checksVersion) {
        var key = new Key(kind, namespace, name);
        var entry = objects.get(key);
        if (entry == null) {
            throw ApiFailure.notFound(kind, name);
        }
        var before = entry.object();
        var next = change.apply(before.deepCopy());
        var wanted = next.at("/metadata/resourceVersion");
        if (checksVersion && !wanted.isMissingNode() && !wanted.equals(before.at("/metadata/resourceVersion"))) {
            throw new ApiFailure(
                    409, "Conflict", "the object has been modified; please apply your changes to the latest version");
        }
        var metadata = (ObjectNode) next.get("metadata");
        for (var field : List.of("uid", "creationTimestamp", "generation", "resourceVersion", "deletionTimestamp")) {
            var value = before.at("/metadata/" + field);
            if (value.isMissingNode()) {
                metadata.remove(field);
            } else {
                metadata.set(field, value);
            }
        }
        if (next.equals(before)) {
            return before;
        }
        if (!specification(next).equals(specification(before))) {
            metadata.put("generation", before.at("/metadata/generation").asLong() + 1);
        }
        if (metadata.has("deletionTimestamp") && metadata.path("finalizers").isEmpty()) {
            return remove(key, next);
        }
        return store(key, new Entry(next, entry.owners()), "MODIFIED");
    }

    private static JsonNode specification(ObjectNode object) {
        var copy = object.deepCopy();
        copy.remove(List.of("metadata", "status"));
        return copy;
    }

    synchronized ObjectNode delete(String kind, String namespace, String name, Optional<String> uid) {
        var key = new Key(kind, namespace, name);
        var entry = objects.get(key);
        if (entry == null) {
            throw ApiFailure.notFound(kind, name);
        }
        if (uid.isPresent()
                && !uid.get().equals(entry.object().at("/metadata/uid").asText())) {
            throw new ApiFailure(409, "Conflict", "the UID in the precondition does not match the UID in record");
        }
        if (!entry.object().at("/metadata/finalizers").isEmpty()) {
            var marked = entry.object().deepCopy();
            ((ObjectNode) marked.get("metadata"))
                    .put("deletionTimestamp", Instant.now().toString());
            return store(key, new Entry(marked, entry.owners()), "MODIFIED");
        }
        return remove(key, entry.object().deepCopy());
    }

    /** With all that it owns, as the garbage collector does. */
    private ObjectNode remove(Key key, ObjectNode object) {
        objects.remove(key);
        version(object);
        tell(new Change(version, key.kind(), "DELETED", object));
        var uid = object.at("/metadata/uid");
        objects.entrySet().stream()
                .filter(entry -> {
                    for (var owner : entry.getValue().object().at("/metadata/ownerReferences")) {
                        if (owner.path("uid").equals(uid)) {
                            return true;
                        }
                    }
                    return false;
                })
                .map(Map.Entry::getKey)
                .toList()
                .forEach(owned -> {
                    if (objects.containsKey(owned)) {
                        delete(owned.kind(), owned.namespace(), owned.name(), Optional.empty());
                    }
                });
        return object;
    }

    /** What is made for an owner that has gone is collected at once. */
    private ObjectNode store(Key key, Entry entry, String type) {
        version(entry.object());
        objects.put(key, entry);
        tell(new Change(version, key.kind(), type, entry.object()));
        for (var owner : entry.object().at("/metadata/ownerReferences")) {
            if (objects.values().stream()
                    .noneMatch(present -> present.object().at("/metadata/uid").equals(owner.path("uid")))) {
                remove(key, entry.object().deepCopy());
                break;
            }
        }
        return entry.object();
    }

    private void version(ObjectNode object) {
        version++;
        ((ObjectNode) object.get("metadata")).put("resourceVersion", String.valueOf(version));
    }

    private void tell(Change change) {
        changes.add(change);
        List.copyOf(watches).forEach(watch -> watch.accept(change));
    }
}
