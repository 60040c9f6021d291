package dev.datapath.operator.xds;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One connected gateway.
 *
 * @param gateway its name, Envoy's {@code node.id}
 * @param connectedSince when its stream was opened
 * @param intent the {@link Snapshot#intent()} that it acknowledged completely; null while it runs none, or another one
 *     is being delivered
 * @param types the types that it subscribes to
 */
public record GatewayState(
        String gateway, Instant connectedSince, @Nullable String intent, Map<ResourceType, TypeState> types) {
    public GatewayState {
        types = Map.copyOf(types);
    }

    /**
     * Whether the gateway acknowledged a snapshot with that intent completely, and no other intent is being delivered.
     * It may nevertheless reject decisions, see {@link #rejecting}.
     */
    public boolean synced(String snapshotIntent) {
        return snapshotIntent.equals(intent);
    }

    /**
     * Envoy's messages about the resources that the gateway currently rejects, with the name of the resource if the
     * message does not contain it; sorted, without duplicates.
     */
    public List<String> rejections() {
        return types.entrySet().stream()
                .flatMap(type -> type.getValue().rejections().stream().map(rejection -> text(type.getKey(), rejection)))
                .distinct()
                .sorted()
                .toList();
    }

    private static String text(ResourceType type, Rejection rejection) {
        var resource = rejection.resource();
        if (resource == null || rejection.message().contains(resource)) {
            return rejection.message();
        }
        var users = rejection.usedBy().isEmpty() ? "" : " (listener " + String.join(", ", rejection.usedBy()) + ")";
        return (type == ResourceType.ROUTE ? "routes of listener " : "")
                + resource
                + users
                + ": "
                + rejection.message();
    }

    /** Whether the gateway currently rejects anything. */
    public boolean rejecting() {
        return types.values().stream().anyMatch(type -> !type.rejections().isEmpty());
    }
}
