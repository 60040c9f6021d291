package dev.datapath.operator.standalone;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import dev.datapath.operator.manifest.LocatedFinding;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.text.BoundedName;
import dev.datapath.operator.text.Sha256;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.Serial;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * The status of every object, in memory and as a file of {@link StatusDirectory}. A file is written only when its
 * content changes; it also stores the object's generation for the next run. Confined to one thread.
 *
 * <p>Files are named {@code <kind>-<namespace>-<name>.yaml}. If the namespace contains a dash, an underscore, which
 * names cannot contain, precedes the name: otherwise the pools {@code a/b-c} and {@code a-b/c} would share a file. All
 * letters are lower case, as in names. A name that is too long for a file ends with a digest.
 */
final class StatusBook {
    private static final String FINDINGS = "findings.txt";
    private static final String CONTENT = "datapath.dev/content";
    private static final String SUFFIX = ".yaml";
    /** Limit of file systems, in bytes. */
    private static final int MAX_FILE_NAME = 255;

    /**
     * Jackson's default does not quote {@code 87490e6866}, a digest, or {@code 12:30}, which YAML reads as numbers.
     */
    private static final StringQuotingChecker QUOTES = new StringQuotingChecker.Default() {
        @Serial
        private static final long serialVersionUID = 1;

        private final transient Resolver resolver = new Resolver();

        @Override
        public boolean needToQuoteValue(String value) {
            return super.needToQuoteValue(value) || resolver.resolve(NodeId.scalar, value, true) != Tag.STR;
        }
    };

    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                    .stringQuotingChecker(QUOTES)
                    .build())
            .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false)
            .setSerializationInclusion(JsonInclude.Include.NON_EMPTY);
    private final ObjectMapper canonical = new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);
    private final StatusDirectory directory;
    private final Map<ObjectRef, Page> pages = new TreeMap<>();
    private boolean swept;

    /** The state of one object. */
    private static final class Page {
        private @Nullable Object instance;
        private String content = "";
        private long generation;
        private @Nullable Object status;
        private @Nullable String written;
    }

    StatusBook(StatusDirectory directory) {
        this.directory = directory;
    }

    /** Whether a text is a status that a run wrote. */
    static boolean isStatus(String text) {
        return header(text).isPresent();
    }

    /** Whether the status of an object is from an earlier run, because this run has not determined it yet. */
    boolean isFromBefore(ObjectRef ref) {
        return page(ref).status instanceof JsonNode;
    }

    /** Counts the changes of an object's specification, as an API server does, across restarts. Starts at 1. */
    long generation(ObjectRef ref, CustomResource<?, ?> object) {
        var page = page(ref);
        if (page.instance != object) {
            page.instance = object;
            var content = Sha256.hex(text(object.getSpec()), 16);
            if (!content.equals(page.content)) {
                page.content = content;
                page.generation++;
            }
        }
        return page.generation;
    }

    /** The last recorded status, from this run or an earlier one; null when there is none. */
    <T> @Nullable T status(ObjectRef ref, Class<T> type) {
        var page = page(ref);
        if (page.status instanceof JsonNode read) {
            try {
                page.status = YAML.treeToValue(read, type);
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

    /**
     * Deletes the status of all other objects.
     *
     * @param isComplete false while some text is unreadable and may contain further objects; nothing is deleted then
     */
    void retain(Collection<ObjectRef> refs, boolean isComplete) {
        if (!isComplete) {
            return;
        }
        pages.keySet().removeIf(ref -> {
            boolean gone = !refs.contains(ref);
            if (gone) {
                directory.delete(file(ref));
            }
            return gone;
        });
        if (!swept) {
            swept = true;
            sweep(Set.copyOf(refs));
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

    /** Writes the findings, one per line with its file and line; deletes the file when there are none. */
    void findings(List<LocatedFinding> findings) {
        if (findings.isEmpty()) {
            directory.delete(FINDINGS);
        } else {
            directory.replace(
                    FINDINGS,
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
        var text = directory.read(file(ref));
        boolean isMoved = !isAbout(text, ref);
        if (isMoved) {
            // The file name in versions that did not distinguish namespaces with a dash.
            text = directory.read(withDash(ref));
        }
        if (isAbout(text, ref)) {
            try {
                var tree = YAML.readTree(text);
                var metadata = YAML.treeToValue(tree.path("metadata"), ObjectMeta.class);
                page.generation = metadata.getGeneration();
                page.content = metadata.getAnnotations().getOrDefault(CONTENT, "");
                page.status = tree.path("status");
                page.written = isMoved ? null : text;
            } catch (JsonProcessingException | RuntimeException changed) {
                return new Page(); // The file was modified: start over.
            }
        }
        return page;
    }

    private static boolean isAbout(String text, ObjectRef ref) {
        return header(text).filter(ref::equals).isPresent();
    }

    /** The object whose status a text is; empty when the text is not a status. */
    private static Optional<ObjectRef> header(String text) {
        try {
            var tree = YAML.readTree(text);
            var metadata = tree.path("metadata");
            if (!metadata.path("annotations").has(CONTENT)
                    || !metadata.path("generation").isIntegralNumber()) {
                return Optional.empty();
            }
            return Optional.of(new ObjectRef(
                    tree.path("kind").asText(),
                    metadata.path("namespace").asText(),
                    metadata.path("name").asText()));
        } catch (JsonProcessingException | RuntimeException noYaml) {
            return Optional.empty();
        }
    }

    private void write(String file, Page page, Map<String, Object> document) {
        var text = text(YAML, document);
        if (!text.equals(page.written) && directory.replace(file, text)) {
            page.written = text;
        }
    }

    /** Deletes the files of objects that no longer exist, and files with names that are no longer used. */
    private void sweep(Set<ObjectRef> present) {
        for (var file : directory.statusFiles()) {
            var name = String.valueOf(file.getFileName());
            header(directory.read(name))
                    .filter(ref -> !present.contains(ref)
                            || (!name.equals(file(ref)) && isAbout(directory.read(file(ref)), ref)))
                    .ifPresent(gone -> directory.delete(name));
        }
    }

    private static String file(ObjectRef ref) {
        return ref.namespace().indexOf('-') < 0 ? withDash(ref) : fileName(ref, "_");
    }

    private static String withDash(ObjectRef ref) {
        return fileName(ref, "-");
    }

    private static String fileName(ObjectRef ref, String separator) {
        var name = ref.kind().toLowerCase(Locale.ROOT) + "-" + ref.namespace() + separator + ref.name();
        return BoundedName.of(name, MAX_FILE_NAME - SUFFIX.length()) + SUFFIX;
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
