package dev.datapath.e2e.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Figures in rows and columns, for a terminal and for Markdown.
 *
 * @param title what is measured, with the unit
 * @param columns the head of each column; the first is left-aligned, the others right-aligned
 * @param rows as many cells as columns
 * @param note how to read it; may be empty
 */
record Table(String title, List<String> columns, List<List<String>> rows, String note) {
    /** Aligned with blanks. */
    String terminal() {
        var all = new ArrayList<List<String>>();
        all.add(columns);
        all.addAll(rows);
        var widths = new int[columns.size()];
        for (var row : all) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        var text = new StringBuilder(title).append('\n');
        for (var row : all) {
            for (int i = 0; i < widths.length; i++) {
                var blanks = " ".repeat(widths[i] - row.get(i).length());
                text.append("  ").append(i == 0 ? row.get(i) + blanks : blanks + row.get(i));
            }
            text.append('\n');
        }
        return note.isEmpty() ? text.toString() : text + "  " + note + "\n";
    }

    /** A heading, a pipe table and the note. */
    String markdown() {
        var text = new StringBuilder("### ").append(title).append("\n\n").append(line(columns));
        text.append("|---").append("|---:".repeat(columns.size() - 1)).append("|\n");
        rows.forEach(row -> text.append(line(row)));
        return note.isEmpty() ? text.toString() : text + "\n" + note + "\n";
    }

    private static String line(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
    }
}
