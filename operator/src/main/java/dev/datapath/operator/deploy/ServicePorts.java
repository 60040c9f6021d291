package dev.datapath.operator.deploy;

import dev.datapath.operator.plan.ContainerPorts;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.ListenerPlan;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Target ports of a Service: the port of the listener in the pod, and a closed port for a listener that is not served. */
final class ServicePorts {
    private static final int FIRST_UNPRIVILEGED = 1024;
    private static final int LAST = 65_535;

    private final ContainerPorts places;
    private final Set<Integer> served;
    private final TreeSet<Integer> taken;

    private ServicePorts(ContainerPorts places, Set<Integer> served) {
        this.places = places;
        this.served = served;
        this.taken = served.stream().map(places::of).collect(Collectors.toCollection(TreeSet::new));
        taken.addAll(Set.of(ContainerPorts.ADMIN, ContainerPorts.PROBE, ContainerPorts.METRICS));
    }

    static ServicePorts of(GatewayPlan plan) {
        return new ServicePorts(
                ContainerPorts.of(plan.listeners()),
                plan.listeners().stream().map(ListenerPlan::port).collect(Collectors.toSet()));
    }

    /** Ports of the pod that serve S3. */
    TreeSet<Integer> open() {
        return served.stream().map(places::of).collect(Collectors.toCollection(TreeSet::new));
    }

    int target(int listenerPort) {
        if (served.contains(listenerPort)) {
            return places.of(listenerPort);
        }
        // Never the port of another listener: a clear-text listener must not get requests that are meant for TLS.
        int place = listenerPort < FIRST_UNPRIVILEGED ? FIRST_UNPRIVILEGED : listenerPort;
        while (taken.contains(place)) {
            place = place == LAST ? FIRST_UNPRIVILEGED : place + 1;
        }
        return place;
    }
}
