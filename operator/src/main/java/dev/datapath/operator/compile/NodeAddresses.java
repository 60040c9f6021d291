package dev.datapath.operator.compile;

import dev.datapath.operator.model.Reason;
import dev.datapath.operator.net.IpAddress;
import dev.datapath.operator.text.VisibleText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which addresses a storage node may have. Clients choose the path and headers of the requests that gateways send to nodes, so an
 * address of the gateway itself or of its machine would give them the services there.
 */
final class NodeAddresses {
    private final Environment environment;

    NodeAddresses(Environment environment) {
        this.environment = environment;
    }

    /** Outside a cluster, stores on the same machine are usual, and the gateways' own ports need no protection from its users. */
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

    /** The address that a user wrote; if no node may have it, it is reported with the consequence. */
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
     * The endpoints with addresses that nodes may have, in one spelling. The others are reported.
     *
     * @param what where they come from, such as "host s3.example.com"
     */
    List<Discovery.Endpoint> usable(List<Discovery.Endpoint> endpoints, String what, Report at) {
        var usable = new ArrayList<Discovery.Endpoint>();
        var refused = new ArrayList<IpAddress>();
        var names = new ArrayList<String>();
        for (var endpoint : endpoints) {
            var address = IpAddress.parse(endpoint.address()).orElse(null);
            if (address == null) {
                names.add(endpoint.address());
            } else if (mayBeNode(address)) {
                usable.add(
                        new Discovery.Endpoint(endpoint.name(), address.toString(), endpoint.port(), endpoint.zone()));
            } else {
                refused.add(address);
            }
        }
        if (!refused.isEmpty()) {
            at.error(
                    Reason.Invalid,
                    what + " has the address " + refused.getFirst() + ", which is "
                            + refused.getFirst().scope().description()
                            + (refused.size() == 1 ? "" : ", and " + (refused.size() - 1) + " more such addresses")
                            + ": no request goes there; correct the addresses of " + what);
        }
        if (!names.isEmpty()) {
            // An EndpointSlice of addressType FQDN. Kubernetes has deprecated it: nothing says who looks the name up,
            // and how often.
            at.error(
                    Reason.Invalid,
                    what + " has the endpoint " + VisibleText.of(names.getFirst()) + ", which is no IP address"
                            + (names.size() == 1 ? "" : ", and " + (names.size() - 1) + " more such endpoints")
                            + ": no request goes there; correct the addresses of "
                            + what + ", or name the host in spec.nodes.dns");
        }
        return usable;
    }
}
