package dev.datapath.operator.plan;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The container port of each listener. An unprivileged process may not open ports below 1024, and three ports belong to
 * the gateway itself. The Service maps the listeners' ports to the container ports.
 *
 * <p>A listener keeps its container port when other listeners are added or removed, because a listener that moves loses
 * its connections: 443 is always 10443, and 9000 is 9000. Only a listener whose own port is taken, such as 10443 beside
 * 443, gets the first free port.
 */
public final class ContainerPorts {
    /** The launcher's listener on the pod's loopback interface, through which it reaches Envoy's admin interface. */
    public static final int ADMIN = 19_000;

    /** Readiness and liveness. */
    public static final int PROBE = 19_001;

    /** Metrics, and the state of the nodes. */
    public static final int METRICS = 19_002;

    private static final int FIRST_UNPRIVILEGED = 1024;
    private static final int DISTANCE = 10_000;
    private static final int LAST = 65_535;

    private final Map<Integer, Integer> places;

    private ContainerPorts(Map<Integer, Integer> places) {
        this.places = Map.copyOf(places);
    }

    /** The container ports of these listeners. */
    public static ContainerPorts of(Collection<ListenerPlan> listeners) {
        var ports = listeners.stream().map(ListenerPlan::port).collect(Collectors.toCollection(TreeSet::new));
        var places = new TreeMap<Integer, Integer>();
        var taken = new TreeSet<Integer>();
        for (int port : ports.headSet(FIRST_UNPRIVILEGED)) {
            places.put(port, port + DISTANCE);
            taken.add(port + DISTANCE);
        }
        for (int port : ports.tailSet(FIRST_UNPRIVILEGED)) {
            if (!isReserved(port) && !taken.contains(port)) {
                places.put(port, port);
                taken.add(port);
            }
        }
        for (int port : ports) {
            if (!places.containsKey(port)) {
                int place = firstFree(port + DISTANCE, taken);
                places.put(port, place);
                taken.add(place);
            }
        }
        return new ContainerPorts(places);
    }

    /**
     * The container port of a listener.
     *
     * @param listenerPort the port that the listener has in the DataPath, and in the Service
     * @throws IllegalArgumentException when no listener has that port
     */
    public int of(int listenerPort) {
        var place = places.get(listenerPort);
        if (place == null) {
            throw new IllegalArgumentException("no listener has port " + listenerPort);
        }
        return place;
    }

    /** Always finds a port, because there are far fewer listeners than ports. */
    private static int firstFree(int from, TreeSet<Integer> taken) {
        int port = from > LAST ? FIRST_UNPRIVILEGED : from;
        while (isReserved(port) || taken.contains(port)) {
            port = port == LAST ? FIRST_UNPRIVILEGED : port + 1;
        }
        return port;
    }

    private static boolean isReserved(int port) {
        return port >= ADMIN && port <= METRICS;
    }
}
