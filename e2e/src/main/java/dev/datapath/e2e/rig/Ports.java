package dev.datapath.e2e.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Free TCP ports on loopback for programs that must be told their port; none is handed out twice by one JVM. */
public final class Ports {
    private static final Set<Integer> HANDED_OUT = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /** A port that nothing listened on a moment ago. */
    public static int free() {
        return freeRun(1);
    }

    /** The first of {@code count} neighbouring ports that nothing listened on a moment ago. */
    public static int freeRun(int count) {
        while (true) {
            int first = probe(0);
            boolean all = first > 0 && first + count < 65_536;
            for (int i = 0; all && i < count; i++) {
                all = !HANDED_OUT.contains(first + i) && (i == 0 || probe(first + i) > 0);
            }
            if (all) {
                for (int i = 0; i < count; i++) {
                    HANDED_OUT.add(first + i);
                }
                return first;
            }
        }
    }

    private static int probe(int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket.getLocalPort();
        } catch (IOException e) {
            if (port == 0) {
                throw new UncheckedIOException("no free port on loopback", e);
            }
            return -1;
        }
    }
}
