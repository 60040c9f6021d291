package dev.datapath.operator.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The size and colour support of a terminal.
 *
 * @param columns its width in characters
 * @param rows its height in lines
 * @param colored whether colours are enabled
 */
record Terminal(int columns, int rows, boolean colored) {
    private static final Pattern SIZE = Pattern.compile("(\\d+) (\\d+)\\s*");
    private static final int COLUMNS = 80;
    private static final int ROWS = 24;

    /**
     * The terminal of this process. Its size is taken from {@code stty}, otherwise from COLUMNS and LINES, otherwise it is 80
     * columns and 24 rows. A NO_COLOR that is not empty disables colours: see https://no-color.org.
     */
    static Terminal current() {
        return of(System.getenv(), stty());
    }

    /** @param stty rows and columns as {@code stty size} prints them; empty when unknown */
    static Terminal of(Map<String, String> environment, String stty) {
        Matcher size = SIZE.matcher(stty);
        boolean known = size.matches() && !size.group(2).equals("0");
        return new Terminal(
                known ? number(size.group(2), COLUMNS) : number(environment.get("COLUMNS"), COLUMNS),
                known ? number(size.group(1), ROWS) : number(environment.get("LINES"), ROWS),
                environment.getOrDefault("NO_COLOR", "").isEmpty());
    }

    /** The output of {@code stty size}. Java has no API for the size of a terminal. */
    private static String stty() {
        try {
            var process = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            var answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            process.waitFor(1, TimeUnit.SECONDS);
            return answer;
        } catch (IOException noTerminal) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private static int number(@org.jspecify.annotations.Nullable String text, int otherwise) {
        try {
            int number = text == null ? otherwise : Integer.parseInt(text.strip());
            return number > 0 ? number : otherwise;
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }
}
