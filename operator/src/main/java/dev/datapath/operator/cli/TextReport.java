package dev.datapath.operator.cli;

import dev.datapath.operator.manifest.LocatedFinding;
import dev.datapath.operator.text.VisibleText;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Help.Ansi.Style;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Help.ColorScheme;

/** Findings as text: one per line, in the format of compilers, and a summary. Coloured on a terminal. */
final class TextReport {
    private static final int LONGEST = 1000;

    private final ColorScheme colors;

    TextReport(ColorScheme colors) {
        this.colors = colors;
    }

    void write(Validation validation, PrintWriter out) {
        validation.findings().forEach(finding -> out.println(line(finding)));
        if (!validation.findings().isEmpty()) {
            out.println();
        }
        String read = count(validation.files(), "file") + ", " + count(validation.objects(), "valid object");
        if (validation.findings().isEmpty()) {
            out.println(styled("ok", Style.fg_green) + ": " + read);
        } else {
            out.println((validation.errors() == 0
                            ? styled("ok, with ", Style.fg_green)
                            : styled(count(validation.errors(), "error"), Style.fg_red) + ", ")
                    + count(validation.warnings(), "warning")
                    + ": " + read);
        }
        out.flush();
    }

    private String line(LocatedFinding finding) {
        Text severity = finding.isError() ? styled("error", Style.fg_red) : styled("warning", Style.fg_yellow);
        return styled(VisibleText.of(finding.location().toString()), Style.bold) + ": " + severity + ": "
                + (finding.object() == null ? "" : shown(finding.object().toString()) + ": ")
                + (finding.field().isEmpty() ? "" : styled(shown(finding.field()), Style.bold) + ": ")
                + shown(finding.message());
    }

    /** Truncates text, because a name may be as long as its file. */
    private static String shown(String text) {
        return VisibleText.of(text, LONGEST);
    }

    private Text styled(String text, Style style) {
        return colors.apply(text, List.of(style));
    }

    private static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
