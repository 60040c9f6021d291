package dev.datapath.e2e.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.datapath.e2e.rig.BuildTree;
import dev.datapath.e2e.rig.EnvoyBinary;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The sections of one run: the aims on a terminal, everything in a file of {@code e2e/target/bench} and in {@code docs/benchmarks.md}. */
final class Report {
    /** Where figures stand; each place is written without touching the other. */
    enum Place {
        MACHINE("results.json", "Aims", "<!-- figures: begin (written by make bench) -->", "<!-- figures: end -->"),
        DETECTION(
                "detection.json",
                "Aims of node detection",
                "<!-- figures of detection: begin (written by make bench BENCH=detection) -->",
                "<!-- figures of detection: end -->"),
        CLUSTER(
                "cluster.json",
                "Aims in a cluster",
                "<!-- figures of the cluster: begin (written by make bench BENCH=cluster) -->",
                "<!-- figures of the cluster: end -->");

        private final String json;
        private final String aims;
        private final String begin;
        private final String end;

        Place(String json, String aims, String begin, String end) {
            this.json = json;
            this.aims = aims;
            this.begin = begin;
            this.end = end;
        }
    }

    private final Place place;
    private final List<Section> sections;
    private final String command;
    private final String load;

    /**
     * @param place where they are written
     * @param command what was typed
     * @param load load average of the machine before the run: what others did meanwhile
     */
    Report(Place place, List<Section> sections, String command, String load) {
        this.place = place;
        this.sections = sections;
        this.command = command;
        this.load = load;
    }

    /** The load average of the last minute. */
    static String loadAverage() {
        return firstWord(Path.of("/proc/loadavg"));
    }

    private static String firstWord(Path file) {
        try {
            return Files.readString(file).split(" ")[0];
        } catch (IOException unknown) {
            return "unknown";
        }
    }

    void printAims(PrintStream out) {
        out.println(aims().terminal());
    }

    /** Writes the JSON file, and the document if {@code document}. */
    void write(PrintStream out, boolean document) throws IOException {
        var root = BuildTree.projectRoot();
        var json = root.resolve("e2e/target/bench").resolve(place.json);
        Files.createDirectories(json.getParent());
        var all = new LinkedHashMap<String, Object>();
        all.put("machine", machine());
        all.put("loadAverageBefore", load);
        all.put("date", today());
        all.put("command", command);
        sections.forEach(section -> all.put(section.name(), section.data()));
        all.put(
                "aims",
                sections.stream().flatMap(section -> section.aims().stream()).toList());
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(json.toFile(), all);
        out.println("Written: " + root.relativize(json));
        if (document) {
            var file = root.resolve("docs/benchmarks.md");
            Files.writeString(file, replaced(Files.readString(file)));
            out.println("Written: " + root.relativize(file));
        }
    }

    private String replaced(String text) {
        int begin = text.indexOf(place.begin);
        int end = text.indexOf(place.end);
        if (begin < 0 || end < begin) {
            throw new IllegalStateException("docs/benchmarks.md has lost the lines that the figures stand between: "
                    + place.begin + " and " + place.end);
        }
        return text.substring(0, begin + place.begin.length()) + "\n\n" + markdown() + text.substring(end);
    }

    private String markdown() {
        var text = new StringBuilder()
                .append("Measured on ")
                .append(today())
                .append(" with `")
                .append(command)
                .append("` on ")
                .append(machine())
                .append("; load average before it: ")
                .append(load)
                .append(".\n\n## ")
                .append(place.aims)
                .append("\n\n");
        var aims = aims();
        text.append(aims.markdown().lines().skip(2).reduce("", (a, b) -> a + b + "\n"))
                .append('\n');
        for (var section : sections) {
            text.append("## ")
                    .append(section.title())
                    .append("\n\n")
                    .append(section.setup())
                    .append("\n\n");
            section.tables().forEach(table -> text.append(table.markdown()).append('\n'));
        }
        return text.toString();
    }

    private Table aims() {
        var rows = sections.stream()
                .flatMap(section -> section.aims().stream())
                .map(aim -> List.of(aim.what(), aim.wanted(), aim.measured(), aim.reached() ? "yes" : "NO"))
                .toList();
        return new Table("Aims", List.of("figure", "aim", "measured", "reached"), rows, "");
    }

    private static String today() {
        return LocalDate.now(ZoneOffset.UTC).toString();
    }

    /** Processor, memory, kernel, Java and the proxies, in one line. */
    private static String machine() {
        var processor = firstLine(Path.of("/proc/cpuinfo"), "model name");
        var memory = firstLine(Path.of("/proc/meminfo"), "MemTotal").replaceAll("[^0-9]", "");
        return Runtime.getRuntime().availableProcessors() + " × " + processor + ", "
                + (memory.isEmpty() ? "?" : Math.round(Long.parseLong(memory) / 1048576.0)) + " GiB, Linux "
                + System.getProperty("os.version") + ", Java "
                + Runtime.version().feature() + ", Envoy "
                + version(EnvoyBinary.require().toString(), "--version", "/([0-9]+\\.[0-9]+\\.[0-9]+)/")
                + PlainProxy.haproxyBinary()
                        .map(binary -> ", HAProxy " + version(binary.toString(), "-v", "version ([0-9.]+[0-9])"))
                        .orElse("");
    }

    private static String firstLine(Path file, String key) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("");
        } catch (IOException unknown) {
            return "";
        }
    }

    private static String version(String program, String option, String pattern) {
        try {
            var process = new ProcessBuilder(program, option)
                    .redirectErrorStream(true)
                    .start();
            var text = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            process.waitFor(5, TimeUnit.SECONDS);
            var matcher = java.util.regex.Pattern.compile(pattern).matcher(text);
            return matcher.find() ? matcher.group(1) : "of unknown version";
        } catch (IOException e) {
            return "of unknown version";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "of unknown version";
        }
    }
}
