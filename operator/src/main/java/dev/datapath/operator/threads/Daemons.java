package dev.datapath.operator.threads;

import java.util.concurrent.ThreadFactory;

/** Threads that do not keep the process alive. */
public final class Daemons {
    private Daemons() {}

    /** Names threads {@code prefix-0}, {@code prefix-1} and so on. */
    public static ThreadFactory named(String prefix) {
        return Thread.ofPlatform().daemon().name(prefix + "-", 0).factory();
    }
}
