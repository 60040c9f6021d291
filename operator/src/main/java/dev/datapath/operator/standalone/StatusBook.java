package dev.datapath.operator.standalone;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import dev.datapath.operator.compile.ObjectRef;
import dev.datapath.operator.manifest.LocatedFinding;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The status of every object, in memory and as {@code .status/<kind>-<namespace>-<name>.yaml} below the source directory. A
 * file is written in one step and only when its content changes; it also carries the object's generation from one run to
 * the next. Confined to one thread.
 */
final class StatusBook {
    /** Where status is, below the source directory. */
    static final String DIRECTORY = ".status";

    private static final System.Logger LOG = System.getLogger(StatusBook.class.getName());
    private static final String CONTENT = "datapath.dev/content";

    private final ObjectMapper yaml = new ObjectMapper(new YAMLFactory()
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES))
            .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false)
            .setSerializationInclusion(JsonInclude.Include.NON_EMPTY);
    private final ObjectMapper canonical = new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);
    private final Path directory;
    private final Map<ObjectRef, Page> pages = new TreeMap<>();
    private boolean complained;
    private boolean swept;

    /** What is known of one object. */
    private static final class Page {
        private @Nullable Object instance;
        private String content = "";
        private long generation;
        private @Nullable Object status;
        private @Nullable String written;
    }

    StatusBook(Path source) {
        directory = source.resolve(DIRECTORY);
    }

    /** Counts the changes of an object's specification, as an API server does, also over restarts. From 1. */
    long generation(ObjectRef ref, CustomResource<?, ?> object) {
        var page = page(ref);
        if (page.instance != object) {
            page.instance = object;
            var content = Digest.of(text(object.getSpec()));
            if (!content.equals(page.content)) {
                page.content = content;
                page.generation++;
            }
        }
        return page.generation;
    }

    /** The status recorded last, in this run or one before; null when there is none. */
    <T> @Nullable T status(ObjectRef ref, Class<T> type) {
        var page = page(ref);
        if (page.status instanceof JsonNode read) {
            try {
                page.status = yaml.treeToValue(read, type);
            } catch (JsonProcessingException otherVersion) {
                page.status = null;
            }
        }
        return type.isInstance(page.status) ? type.cast(page.status) : null;
    }

    /** Records a status and writes it if it changed. */
    void record(CustomResource<?, ?> object, ObjectRef ref, Object status) {
        var page = page(ref);
        if (status.equals(page.status) && page.written != null) {
            return;
        }
        page.status = status;
        var metadata = new LinkedHashMap<String, Object>();
        metadata.put("name", ref.name());
        metadata.put("namespace", ref.namespace());
        metadata.put("generation", page.generation);
        metadata.put("annotations", Map.of(CONTENT, page.content));
        var document = new LinkedHashMap<String, Object>();
        document.put("apiVersion", object.getApiVersion());
        document.put("kind", ref.kind());
        document.put("metadata", metadata);
        document.put("status", status);
        write(file(ref), page, document);
    }

    /** Only these objects exist: the status of others is deleted. */
    void retain(Collection<ObjectRef> refs) {
        pages.keySet().removeIf(ref -> {
            boolean gone = !refs.contains(ref);
            if (gone) {
                delete(file(ref));
            }
            return gone;
        });
        if (!swept) {
            swept = true;
            sweep(refs.stream().map(ref -> file(ref).getFileName().toString()).toList());
        }
    }

    /** The statuses of all objects, by kind, namespace and name. */
    SortedMap<ObjectRef, Object> statuses() {
        var all = new TreeMap<ObjectRef, Object>();
        pages.forEach((ref, page) -> {
            if (page.status != null && !(page.status instanceof JsonNode)) {
                all.put(ref, page.status);
            }
        });
        return all;
    }

    /** Writes what is wrong, one finding a line with its file and line; deletes the file when nothing is. */
    void findings(List<LocatedFinding> findings) {
        var file = directory.resolve("findings.txt");
        if (findings.isEmpty()) {
            delete(file);
        } else {
            replace(
                    file,
                    findings.stream()
                            .map(finding -> (finding.isError() ? "error: " : "warning: ") + finding + "\n")
                            .collect(Collectors.joining()));
        }
    }

    private Page page(ObjectRef ref) {
        return pages.computeIfAbsent(ref, this::read);
    }

    private Page read(ObjectRef ref) {
        var page = new Page();
        try {
            var text = Files.readString(file(ref));
            var tree = yaml.readTree(text);
            var metadata = yaml.treeToValue(tree.path("metadata"), ObjectMeta.class);
            if (metadata != null && metadata.getGeneration() != null && metadata.getAnnotations() != null) {
                page.generation = metadata.getGeneration();
                page.content = metadata.getAnnotations().getOrDefault(CONTENT, "");
                page.status = tree.path("status");
                page.written = text;
            }
        } catch (IOException noneYet) {
            // The first run, or a file that somebody changed: start over.
        }
        return page;
    }

    private void write(Path file, Page page, Map<String, Object> document) {
        var text = text(yaml, document);
        if (text.equals(page.written)) {
            return;
        }
        if (replace(file, text)) {
            page.written = text;
        }
    }

    /** A reader sees the old content or the new one. */
    private boolean replace(Path file, String text) {
        try {
            Files.createDirectories(directory);
            var draft = directory.resolve("." + file.getFileName() + ".tmp");
            Files.writeString(draft, text);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            complained = false;
            return true;
        } catch (IOException e) {
            if (!complained) {
                complained = true;
                LOG.log(
                        System.Logger.Level.WARNING,
                        "status cannot be written below {0}: {1}",
                        directory,
                        e.toString());
            }
            return false;
        }
    }

    private void sweep(Collection<String> known) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (var files = Files.newDirectoryStream(directory, "*.yaml")) {
            for (var file : files) {
                if (!known.contains(file.getFileName().toString())) {
                    delete(file);
                }
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be listed: {1}", directory, e.toString());
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be deleted: {1}", file, e.toString());
        }
    }

    private Path file(ObjectRef ref) {
        return directory.resolve(
                ref.kind().toLowerCase(Locale.ROOT) + "-" + ref.namespace() + "-" + ref.name() + ".yaml");
    }

    private String text(@Nullable Object value) {
        return text(canonical, value);
    }

    private static String text(ObjectMapper mapper, @Nullable Object value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a type of the API cannot be written", e);
        }
    }
}
