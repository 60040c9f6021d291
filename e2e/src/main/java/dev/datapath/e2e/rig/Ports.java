package dev.datapath.e2e.rig;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Free TCP ports on loopback for programs that must be told their port. They lie below those that Linux takes for outgoing
 * connections and for servers that do not care (32768 and up by default): one of these could be taken by anybody before the program
 * opens it. None is handed out twice by one JVM, and each JVM begins somewhere else.
 */
public final class Ports {
    private static final int FIRST = 12_000;
    private static final int COUNT = 18_000;
    /** Neighbours by process id are far apart: the factor has no divisor in common with the number of ports. */
    private static final int STRIDE = 7_919;

    private static final AtomicInteger TAKEN = new AtomicInteger();

    private Ports() {}

    /** A port that nothing listened on a moment ago. */
    public static int free() {
        return freeRun(1);
    }

    /** The first of {@code count} neighbouring ports that nothing listened on a moment ago. */
    public static int freeRun(int count) {
        long start = ProcessHandle.current().pid() * STRIDE;
        while (true) {
            int taken = TAKEN.getAndAdd(count);
            if (taken + count > COUNT) {
                throw new IllegalStateException("this JVM has asked for more than " + COUNT + " ports");
            }
            int first = FIRST + (int) ((start + taken) % COUNT);
            boolean all = true;
            for (int i = 0; all && i < count; i++) {
                all = isFree(first + i);
            }
            if (all) {
                return first;
            }
        }
    }

    /** Whether programs of this machine can listen at an IP address. Not every machine has IPv6. */
    public static boolean canListenAt(String address) {
        return canBind(new InetSocketAddress(address, 0));
    }

    private static boolean isFree(int port) {
        return canBind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    private static boolean canBind(InetSocketAddress address) {
        try (var socket = new ServerSocket()) {
            socket.bind(address);
            return true;
        } catch (IOException inUse) {
            return false;
        }
    }
}
