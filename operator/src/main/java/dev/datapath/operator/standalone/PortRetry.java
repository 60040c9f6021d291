package dev.datapath.operator.standalone;

import dev.datapath.operator.envoy.admin.PortConflict;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.status.Fleet;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes gateways retry a port that was in use: Envoy does not retry by itself, and a rejected configuration is resent
 * at increasing intervals. The configuration is sent only when the port is free. Confined to the thread of the control
 * loop.
 */
final class PortRetry {
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final GatewayPorts ports;
    private final Predicate<String> isFree;
    private @Nullable Instant next;

    /** @param isFree whether {@code address:port} can be opened now */
    PortRetry(GatewayPorts ports, Predicate<String> isFree) {
        this.ports = ports;
        this.isFree = isFree;
    }

    void step(Map<ObjectKey, Fleet> fleets, Instant now) {
        var conflicts = new TreeMap<GatewayId, Set<PortConflict>>();
        fleets.forEach((dataPath, fleet) -> {
            for (var conflict : fleet.portConflicts()) {
                ports.gatewaysOf(dataPath).stream()
                        .filter(id -> id.name().equals(conflict.gateway()))
                        .forEach(id -> conflicts
                                .computeIfAbsent(id, key -> new HashSet<>())
                                .add(conflict));
            }
        });
        if (conflicts.isEmpty()) {
            next = null;
        } else if (next == null) {
            next = now.plus(PERIOD);
        } else if (!now.isBefore(next)) {
            next = now.plus(PERIOD);
            conflicts.forEach(this::retry);
        }
    }

    /** When {@link #step} is due without an event. */
    Optional<Instant> nextStep() {
        return Optional.ofNullable(next);
    }

    private void retry(GatewayId id, Set<PortConflict> conflicts) {
        var free = new HashSet<String>();
        for (var conflict : conflicts) {
            if (isFree.test(conflict.address())) {
                free.add(conflict.listener());
            }
        }
        if (!free.isEmpty()) {
            ports.retry(id, free);
        }
    }

    /** Tries to open {@code address:port} briefly. */
    static boolean isFree(String address) {
        int colon = address.lastIndexOf(':');
        try (var socket = new ServerSocket()) {
            var host = InetAddress.getByName(address.substring(0, colon).replaceAll("[\\[\\]]", ""));
            socket.bind(new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1))));
            return true;
        } catch (IOException | RuntimeException inUse) {
            return false;
        }
    }
}
