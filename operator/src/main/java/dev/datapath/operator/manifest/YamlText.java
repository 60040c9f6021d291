package dev.datapath.operator.manifest;

import dev.datapath.operator.manifest.YamlDocument.Fault;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * Splits the text of a file into documents and parses each separately, so a malformed document does not affect the
 * others. The text is split at lines that start with {@code ---}, as in kubectl.
 */
final class YamlText {
    /** Maximum nesting; an alias that contains itself is infinitely deep. */
    static final int MAX_DEPTH = 64;
    /** Maximum values per document, including those that aliases repeat. */
    static final int MAX_VALUES = 500_000;

    private static final int MAX_ALIASES = 1_000;

    /**
     * A part of a file between separators.
     *
     * @param text with its leading separator line
     * @param firstLine its line in the file, from 1
     */
    record Chunk(String text, int firstLine) {}

    private YamlText() {}

    /** Chunks without content are omitted. */
    static List<Chunk> split(String text) {
        List<Chunk> chunks = new ArrayList<>();
        int start = 0;
        int startLine = 1;
        int line = 1;
        for (int at = 0; at < text.length(); line++) {
            if (at > start && isSeparator(text, at)) {
                add(chunks, text.substring(start, at), startLine);
                start = at;
                startLine = line;
            }
            int end = text.indexOf('\n', at);
            at = end < 0 ? text.length() : end + 1;
        }
        add(chunks, text.substring(start), startLine);
        return chunks;
    }

    private static boolean isSeparator(String text, int at) {
        return text.startsWith("---", at) && (at + 3 == text.length() || Character.isWhitespace(text.charAt(at + 3)));
    }

    private static void add(List<Chunk> chunks, String text, int firstLine) {
        boolean empty = text.lines()
                .map(String::strip)
                .allMatch(line -> line.isEmpty()
                        || line.startsWith("#")
                        || line.startsWith("%")
                        || line.equals("---")
                        || line.equals("..."));
        if (!empty) {
            chunks.add(new Chunk(text, firstLine));
        }
    }

    /** The documents of one chunk; more than one when {@code ...} lines end them. */
    static List<YamlDocument> parse(String text) {
        List<YamlDocument> documents = new ArrayList<>();
        LoaderOptions options = new LoaderOptions();
        options.setNestingDepthLimit(MAX_DEPTH);
        options.setMaxAliasesForCollections(MAX_ALIASES);
        options.setCodePointLimit(Integer.MAX_VALUE); // The size of files is bounded where they are read.
        try {
            for (Node root : new Yaml(options).composeAll(new StringReader(text))) {
                documents.add(new YamlTree().read(root));
            }
        } catch (YAMLException malformed) {
            Fault fault = fault(malformed, text);
            documents.add(new YamlDocument(null, Positions.of(fault.line(), fault.column()), List.of(fault)));
        } catch (StackOverflowError tooDeep) {
            documents.add(new YamlDocument(
                    null,
                    Positions.of(1, 1),
                    List.of(Fault.inText(
                            1, 1, "not valid YAML: nested too deeply; nest at most " + MAX_DEPTH + " levels"))));
        }
        return documents;
    }

    private static Fault fault(YAMLException malformed, String text) {
        return switch (malformed) {
            case MarkedYAMLException marked -> {
                Mark mark = marked.getProblemMark() != null ? marked.getProblemMark() : marked.getContextMark();
                int line = mark == null ? 1 : mark.getLine() + 1;
                int column = mark == null ? 1 : mark.getColumn() + 1;
                yield Fault.inText(line, column, "not valid YAML: " + remedy(marked.getProblem()));
            }
            case ReaderException unreadable -> {
                int at = Math.min(Math.max(unreadable.getPosition(), 0), text.length());
                String before = text.substring(0, at);
                int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
                yield Fault.inText(
                        line,
                        at - before.lastIndexOf('\n'),
                        "not valid YAML: the character U+%04X is not allowed; remove it"
                                .formatted(unreadable.getCodePoint()));
            }
            default -> Fault.inText(1, 1, "not valid YAML: " + firstLine(malformed.getMessage()));
        };
    }

    private static String remedy(@Nullable String problem) {
        String text = firstLine(problem);
        if (text.contains("\\t") || text.contains("TAB")) {
            return "a tab cannot indent or start a value; use spaces";
        }
        if (text.contains("mapping values are not allowed here")) {
            return text + "; check the indentation, and put text that contains ': ' in quotes";
        }
        if (text.contains("expected <block end>")) {
            return text + "; check the indentation of this line";
        }
        return text;
    }

    private static String firstLine(@Nullable String message) {
        return String.valueOf(message).lines().findFirst().orElse("");
    }
}
