package dev.datapath.operator.standalone;

import java.util.concurrent.ThreadFactory;

/** Threads that do not keep the process alive. */
final class Daemons {
    private Daemons() {}

    static ThreadFactory named(String prefix) {
        return Thread.ofPlatform().daemon().name(prefix + "-", 0).factory();
    }
}
