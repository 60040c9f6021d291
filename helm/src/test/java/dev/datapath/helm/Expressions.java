package dev.datapath.helm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Which metrics PromQL expressions use. In ours each metric has a selector. */
final class Expressions {
    private static final Pattern METRIC = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)\\{");
    private static final Pattern DOCUMENTED = Pattern.compile("^\\| `(datapath_[a-z_]+)`", Pattern.MULTILINE);

    private Expressions() {}

    static Set<String> metrics(List<String> expressions) {
        var names = new TreeSet<String>();
        expressions.forEach(
                expression -> METRIC.matcher(expression).results().forEach(match -> names.add(match.group(1))));
        return names;
    }

    /** Those of the operator's own metrics that docs/metrics.md does not know. */
    static List<String> undocumented(List<String> expressions) {
        var documented = new TreeSet<String>();
        try {
            DOCUMENTED
                    .matcher(Files.readString(Chart.DOCS.resolve("metrics.md")))
                    .results()
                    .forEach(match -> documented.add(match.group(1)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return metrics(expressions).stream()
                .filter(name -> name.startsWith("datapath_"))
                .filter(name -> !documented.contains(name.replaceFirst("_(bucket|count|sum)$", "")))
                .toList();
    }
}
