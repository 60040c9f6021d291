package dev.datapath.operator.manifest;

import dev.datapath.operator.admission.FieldPath;
import dev.datapath.operator.manifest.YamlDocument.Fault;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Converts a YAML node graph to the JSON-like tree that kubectl would send: YAML 1.1 scalars, but timestamps and
 * base-60 numbers stay text. Merge keys ({@code <<}) and aliases are resolved.
 */
final class YamlTree {
    private record Value(@Nullable Object value, Positions positions) {}

    /** Ends the reading of a document whose tree is too big. */
    private static final class TooBig extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static final Set<String> TRUTH_WORDS = Set.of("y", "n", "yes", "no", "on", "off", "true", "false");
    private static final Set<String> TRUTH_LETTERS = Set.of("y", "Y", "n", "N");
    private static final Pattern OCTAL = Pattern.compile("[-+]?0o[0-7_]+");
    /** Maximum number of reported errors of a document. When it is reached, there may be further errors anywhere. */
    static final int MAX_FAULTS = 100;
    /** Sufficient to detect a document that is too big; aliases could repeat a part any number of times. */
    private static final long MOST_TOGETHER = YamlText.MAX_VALUES + 1L;
    /** More digits than any number in JSON's usual range; longer numbers would take long to convert. */
    private static final int MAX_DIGITS = 400;

    private final List<Fault> faults = new ArrayList<>();
    /** The path of the value that is being read. */
    private FieldPath path = FieldPath.ROOT;

    private int values;

    /** Reads one document. Each document needs a new reader. */
    YamlDocument read(Node root) {
        Mark start = root.getStartMark();
        Positions whole = Positions.of(start.getLine() + 1, start.getColumn() + 1);
        try {
            Value value = convert(root, 0);
            if (value.value instanceof Map<?, ?> map) {
                @SuppressWarnings("unchecked") // Built below with text keys only.
                Map<String, Object> fields = (Map<String, Object>) map;
                return new YamlDocument(fields, value.positions, faults);
            }
            if (value.value != null) {
                report(root, "not an object; write fields such as apiVersion, kind, metadata and spec");
            }
        } catch (TooBig tooBig) {
            report(
                    root,
                    "too big when its aliases are resolved; write at most %d values, nested at most %d levels deep"
                            .formatted(YamlText.MAX_VALUES, YamlText.MAX_DEPTH));
        }
        return new YamlDocument(null, whole, faults);
    }

    private Value convert(Node node, int depth) {
        count(depth);
        int line = node.getStartMark().getLine() + 1;
        int column = node.getStartMark().getColumn() + 1;
        return switch (node) {
            case MappingNode mapping -> object(mapping, line, column, depth);
            case SequenceNode sequence -> {
                List<Object> items = new ArrayList<>();
                List<Positions> places = new ArrayList<>();
                for (Node child : sequence.getValue()) {
                    Value item = convert(child, path.item(items.size()), depth);
                    items.add(item.value);
                    places.add(item.positions);
                }
                yield new Value(items, Positions.ofList(line, column, places));
            }
            case ScalarNode scalar -> new Value(scalar(scalar), Positions.of(line, column));
            default -> throw new IllegalStateException("unexpected node " + node.getNodeId());
        };
    }

    /** Reads a part of the current value. */
    private Value convert(Node part, FieldPath at, int depth) {
        FieldPath whole = path;
        path = at;
        Value value = convert(part, depth + 1);
        path = whole;
        return value;
    }

    /** Counts a value, including values that an alias repeats. */
    private void count(int depth) {
        if (++values > YamlText.MAX_VALUES || depth > YamlText.MAX_DEPTH) {
            throw new TooBig();
        }
    }

    private Value object(MappingNode mapping, int line, int column, int depth) {
        Map<String, Object> fields = new LinkedHashMap<>();
        Map<String, Positions> places = new LinkedHashMap<>();
        List<Node> merged = new ArrayList<>();
        fields(mapping, merged, depth).forEach((name, tuples) -> {
            Mark key = tuples.getFirst().getKeyNode().getStartMark();
            Value value = convert(together(tuples), path.field(name), depth);
            fields.put(name, value.value);
            places.put(name, value.positions.at(key.getLine() + 1, key.getColumn() + 1));
        });
        merged.forEach(source -> merge(source, fields, places, depth));
        return new Value(
                fields, Positions.ofObject(line, column, List.copyOf(places.keySet()), List.copyOf(places.values())));
    }

    /** The fields of an object by name, and separately the sources of {@code <<}. */
    private Map<String, List<NodeTuple>> fields(MappingNode mapping, List<Node> merged, int depth) {
        Map<String, List<NodeTuple>> fields = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            Node key = tuple.getKeyNode();
            if (!(key instanceof ScalarNode scalar)) {
                report(key, "a field name must be text; put text that starts with '{' or '[' in quotes");
                continue;
            }
            if (scalar.getTag().equals(Tag.MERGE)) {
                merged.add(tuple.getValueNode());
                continue;
            }
            String name = scalar.getValue();
            if (scalar(scalar) instanceof Boolean && !name.equals("true") && !name.equals("false")) {
                report(key, "YAML reads the name " + name + " as true or false; put it in quotes");
            }
            List<NodeTuple> tuples = fields.computeIfAbsent(name, first -> new ArrayList<>(1));
            if (!tuples.isEmpty()) {
                count(depth);
                report(key, path.field(name), "the field \"" + name + "\" is already written above; keep one of them");
            }
            tuples.add(tuple);
        }
        return fields;
    }

    /**
     * The value of a field that is written several times, combined from all of them: such an object is not admitted,
     * but all its deny rules must be found. Of plain values the first one is used.
     */
    private static Node together(List<NodeTuple> tuples) {
        Node first = tuples.getFirst().getValueNode();
        List<Node> structured = tuples.stream()
                .map(NodeTuple::getValueNode)
                .filter(node -> !(node instanceof ScalarNode))
                .toList();
        if (tuples.size() == 1 || structured.isEmpty()) {
            return first;
        }
        Mark start = first.getStartMark();
        Mark end = first.getEndMark();
        if (structured.stream().allMatch(MappingNode.class::isInstance)) {
            List<NodeTuple> fields = structured.stream()
                    .flatMap(node -> ((MappingNode) node).getValue().stream())
                    .limit(MOST_TOGETHER)
                    .toList();
            return new MappingNode(Tag.MAP, true, fields, start, end, FlowStyle.BLOCK);
        }
        List<Node> items = structured.stream()
                .flatMap(node -> node instanceof SequenceNode list ? list.getValue().stream() : Stream.of(node))
                .limit(MOST_TOGETHER)
                .toList();
        return new SequenceNode(Tag.SEQ, true, items, start, end, FlowStyle.BLOCK);
    }

    /** Adds the fields of a {@code <<} source that the object does not define itself. */
    private void merge(Node source, Map<String, Object> fields, Map<String, Positions> places, int depth) {
        if (source instanceof SequenceNode several) {
            count(depth);
            several.getValue().forEach(each -> merge(each, fields, places, depth + 1));
            return;
        }
        Value value = convert(source, depth + 1);
        if (!(value.value instanceof Map<?, ?> found)) {
            report(source, "only an object can be merged with <<; write an alias of one");
            return;
        }
        found.forEach((key, field) -> {
            if (fields.putIfAbsent((String) key, field) == null) {
                places.putIfAbsent((String) key, value.positions);
            }
        });
    }

    private @Nullable Object scalar(ScalarNode node) {
        String text = node.getValue();
        Tag tag = node.getTag();
        if (hasHalfACharacter(text)) {
            report(node, "this text contains an unpaired surrogate, which is not a character; remove it");
        }
        if (tag.equals(Tag.NULL)) {
            return null;
        }
        if (tag.equals(Tag.BOOL)) {
            return TRUTH_WORDS.contains(text.toLowerCase(Locale.ROOT))
                    ? isTrue(text)
                    : mistagged(node, "true or false");
        }
        if (node.isPlain() && TRUTH_LETTERS.contains(text)) {
            return isTrue(text);
        }
        if (tag.equals(Tag.INT) || (node.isPlain() && OCTAL.matcher(text).matches())) {
            return whole(node);
        }
        if (tag.equals(Tag.FLOAT)) {
            return decimal(text);
        }
        return text;
    }

    private static boolean isTrue(String text) {
        return "yYtT".indexOf(text.charAt(0)) >= 0 || text.equalsIgnoreCase("on");
    }

    /** A value tagged {@code !!bool} or {@code !!int} that is not one. */
    private Object mistagged(ScalarNode node, String wanted) {
        report(node, "this is not " + wanted + "; correct it, or remove the tag in front of it");
        return node.getValue();
    }

    private static boolean hasHalfACharacter(String text) {
        return text.codePoints()
                .anyMatch(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
    }

    private Object whole(ScalarNode node) {
        String text = node.getValue();
        String digits = text.replace("_", "");
        if (digits.indexOf(':') >= 0 || digits.length() > MAX_DIGITS) {
            return text; // Base 60 is not read by kubectl, and what no number of JSON can hold is text.
        }
        boolean negative = digits.startsWith("-");
        String magnitude = negative || digits.startsWith("+") ? digits.substring(1) : digits;
        BigInteger value;
        try {
            value = magnitude(magnitude);
        } catch (NumberFormatException notANumber) {
            return mistagged(node, "a whole number");
        }
        BigInteger signed = negative ? value.negate() : value;
        if (signed.bitLength() < Long.SIZE) {
            return signed.longValue();
        }
        double large = signed.doubleValue();
        return Double.isFinite(large) ? (Object) large : text;
    }

    /** Digits without a sign, in the base of their prefix. */
    private static BigInteger magnitude(String digits) {
        if (digits.startsWith("0b")) {
            return new BigInteger(digits.substring(2), 2);
        }
        if (digits.startsWith("0x") || digits.startsWith("0X")) {
            return new BigInteger(digits.substring(2), 16);
        }
        if (digits.startsWith("0o")) {
            return new BigInteger(digits.substring(2), 8);
        }
        return digits.length() > 1 && digits.startsWith("0") ? new BigInteger(digits, 8) : new BigInteger(digits);
    }

    private static Object decimal(String text) {
        String digits = text.replace("_", "");
        try {
            double value = Double.parseDouble(digits);
            return Double.isFinite(value) ? (Object) value : text;
        } catch (NumberFormatException notANumber) {
            return text; // Base 60, or .inf and .nan, which JSON cannot hold.
        }
    }

    private void report(Node node, String message) {
        report(node, path, message);
    }

    private void report(Node node, FieldPath spoiled, String message) {
        if (faults.size() < MAX_FAULTS) {
            faults.add(Fault.inText(
                    node.getStartMark().getLine() + 1, node.getStartMark().getColumn() + 1, spoiled, message));
        }
    }
}
