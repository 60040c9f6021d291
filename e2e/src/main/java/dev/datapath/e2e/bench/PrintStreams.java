package dev.datapath.e2e.bench;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Where progress goes that nobody wants to see. */
final class PrintStreams {
    static final PrintStream NONE = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

    private PrintStreams() {}
}
