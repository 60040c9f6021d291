package dev.datapath.e2e.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Lines for people, with a little colour where the output is a terminal and {@code NO_COLOR} is not set. */
final class Screen {
    /** A colour. */
    enum Ink {
        GREEN("32"),
        RED("31"),
        YELLOW("33"),
        BOLD("1"),
        FAINT("2");

        private final String code;

        Ink(String code) {
            this.code = code;
        }
    }

    private final PrintStream out;
    private final boolean colour;

    Screen(PrintStream out) {
        this.out = out;
        this.colour = isTerminal() && System.getenv("NO_COLOR") == null;
    }

    private static boolean isTerminal() {
        try {
            var target = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException noLinux) {
            return false;
        }
    }

    /** The text in a colour, where there are colours. */
    String in(Ink ink, String text) {
        return colour ? "\033[" + ink.code + "m" + text + "\033[0m" : text;
    }

    void line(String text) {
        out.println(text);
    }

    void line() {
        out.println();
    }

    /** A heading. */
    void heading(String text) {
        line();
        line(in(Ink.BOLD, text));
    }

    /** Something that is done. */
    void done(String what, String detail, double seconds) {
        line("  " + in(Ink.GREEN, "✔") + String.format(Locale.ROOT, " %-9s %-66s %4.1f s", what, detail, seconds));
    }

    /** Something that happens now. */
    void event(String text) {
        line("  " + in(Ink.YELLOW, "▸ " + text));
    }
}
