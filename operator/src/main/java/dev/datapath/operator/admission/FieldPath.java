package dev.datapath.operator.admission;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The path of a value inside an object, in the notation of Kubernetes: {@code spec.nodes.static[0].port},
 * {@code metadata.labels[app.kubernetes.io/name]}.
 *
 * @param parent the path of the value that holds this one; null for the object itself
 * @param step the field name (a String) or the position in a list (an Integer, from 0)
 */
public record FieldPath(@Nullable FieldPath parent, Object step) {
    /** The object itself. */
    public static final FieldPath ROOT = new FieldPath(null, "");

    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$-]*");
    private static final Pattern STEP = Pattern.compile("\\.?([^.\\[\\]]+)|\\[(\\d+)]|\\[['\"]?([^\\]'\"]*)['\"]?]");

    /** Reads what {@link #toString()} writes, and the quoted form of CRD field paths ({@code .labels['a/b']}). */
    public static FieldPath parse(String text) {
        FieldPath path = ROOT;
        Matcher steps = STEP.matcher(text);
        while (steps.find()) {
            if (steps.group(1) != null) {
                path = path.field(steps.group(1));
            } else if (steps.group(2) != null && steps.group(2).length() < 10) {
                path = path.item(Integer.parseInt(steps.group(2)));
            } else {
                path = path.field(steps.group(2) != null ? steps.group(2) : steps.group(3));
            }
        }
        return path;
    }

    public FieldPath field(String name) {
        return new FieldPath(this, name);
    }

    public FieldPath item(int index) {
        return new FieldPath(this, index);
    }

    /** This path followed by all steps of another one. */
    public FieldPath append(FieldPath tail) {
        FieldPath path = this;
        for (Object step : tail.steps()) {
            path = new FieldPath(path, step);
        }
        return path;
    }

    /** Whether this path equals the other path or is below it. */
    public boolean isIn(FieldPath other) {
        return equals(other) || (parent != null && parent.isIn(other));
    }

    /** The steps from the object down; empty for the object itself. */
    public List<Object> steps() {
        List<Object> steps = new ArrayList<>();
        for (FieldPath at = this; at.parent != null; at = at.parent) {
            steps.add(at.step);
        }
        Collections.reverse(steps);
        return steps;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Object step : steps()) {
            if (step instanceof Integer || !PLAIN_NAME.matcher(step.toString()).matches()) {
                text.append('[').append(step).append(']');
            } else {
                text.append(text.isEmpty() ? "" : ".").append(step);
            }
        }
        return text.toString();
    }
}
