package dev.datapath.operator.compile;

import dev.datapath.operator.model.Reason;
import dev.datapath.operator.net.IpAddress;
import dev.datapath.operator.text.VisibleText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Checks which addresses a storage node may have. Clients control path and headers of the requests that gateways send to nodes. An
 * address of the gateway itself or of its machine would give clients access to the services there.
 */
final class NodeAddresses {
    private final Environment environment;

    NodeAddresses(Environment environment) {
        this.environment = environment;
    }

    /** Outside a cluster, stores on the same machine are common, and the ports of gateways need no protection from local users. */
    private boolean mayBeNode(IpAddress address) {
        return switch (address.scope()) {
            case UNICAST -> true;
            case LOOPBACK, LINK_LOCAL -> environment != Environment.CLUSTER;
            case UNSPECIFIED, MULTICAST, BROADCAST -> false;
        };
    }

    boolean mayBeNode(String address) {
        return IpAddress.parse(address).filter(this::mayBeNode).isPresent();
    }

    /** The declared address; empty when no node may have it, which is reported with the consequence. */
    Optional<IpAddress> usable(IpAddress address, String consequence, Report at) {
        if (mayBeNode(address)) {
            return Optional.of(address);
        }
        at.error(
                Reason.Invalid,
                address + " is " + address.scope().description() + ": write the address of the storage node; "
                        + consequence);
        return Optional.empty();
    }

    /**
     * The endpoints with addresses that nodes may have, in canonical form. The others are reported.
     *
     * @param what their source, such as "host s3.example.com"
     */
    List<Discovery.Endpoint> usable(List<Discovery.Endpoint> endpoints, String what, Report at) {
        var usable = new ArrayList<Discovery.Endpoint>();
        var rejected = new ArrayList<IpAddress>();
        var names = new ArrayList<String>();
        for (var endpoint : endpoints) {
            var address = IpAddress.parse(endpoint.address()).orElse(null);
            if (address == null) {
                names.add(endpoint.address());
            } else if (mayBeNode(address)) {
                usable.add(
                        new Discovery.Endpoint(endpoint.name(), address.toString(), endpoint.port(), endpoint.zone()));
            } else {
                rejected.add(address);
            }
        }
        if (!rejected.isEmpty()) {
            at.error(
                    Reason.Invalid,
                    what + " has the address " + rejected.getFirst() + ", which is "
                            + rejected.getFirst().scope().description()
                            + (rejected.size() == 1 ? "" : ", and " + (rejected.size() - 1) + " more such addresses")
                            + ": no request is sent there; fix the addresses of " + what);
        }
        if (!names.isEmpty()) {
            // An EndpointSlice of addressType FQDN. Kubernetes has deprecated it, because it does not define which
            // component resolves the name, and how often.
            at.error(
                    Reason.Invalid,
                    what + " has the endpoint " + VisibleText.of(names.getFirst()) + ", which is no IP address"
                            + (names.size() == 1 ? "" : ", and " + (names.size() - 1) + " more such endpoints")
                            + ": no request is sent there; fix the addresses of "
                            + what + ", or write the host in spec.nodes.dns");
        }
        return usable;
    }
}
