package dev.datapath.operator.cli;

import dev.datapath.operator.standalone.Overview;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import sun.misc.Signal;

/** Shows a person what {@code datapath run} does. */
interface Display {
    /** It runs. */
    void started(Path source, int httpPort);

    /** Something changed. */
    void show(Overview overview);

    /** A signal came; gateways finish their transfers. */
    void stopping();

    /** All gateways have ended. */
    void stopped();

    /**
     * A table that is drawn over and over on a terminal, a line for each change elsewhere.
     *
     * @param table false for lines on a terminal too
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

    /** Whether standard output is a terminal that understands cursor movements. Java 21 cannot tell by itself. */
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
