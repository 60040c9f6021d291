package dev.datapath.operator.cli;

import dev.datapath.operator.standalone.Overview;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import sun.misc.Signal;

/** Shows the state of {@code datapath run} on standard output. */
interface Display {
    /** The run has started. */
    void started(Path source, int httpPort);

    /** Something changed. */
    void show(Overview overview);

    /** A signal was received; gateways finish their transfers. */
    void stopping();

    /** All gateways have ended. */
    void stopped();

    /**
     * A table that is redrawn in place on a terminal; otherwise a line for each change.
     *
     * @param table false for lines on a terminal, too
     */
    static Display of(PrintWriter out, boolean table) {
        if (!table || !isTerminal()) {
            return new ChangeLines(out);
        }
        var size = new AtomicReference<>(Terminal.current());
        var live = new LiveTable(out, size::get);
        Signal.handle(new Signal("WINCH"), resized -> {
            size.set(Terminal.current());
            live.resized();
        });
        return live;
    }

    /** Whether standard output is a terminal that understands cursor movements. Java 21 has no API for this. */
    static boolean isTerminal() {
        var terminal = System.getenv("TERM");
        if (terminal == null || terminal.isEmpty() || terminal.equals("dumb")) {
            return false;
        }
        try {
            var target = Path.of("/proc/self/fd/1").toRealPath();
            return target.startsWith("/dev/pts") || target.toString().startsWith("/dev/tty");
        } catch (IOException notLinux) {
            return false;
        }
    }
}
