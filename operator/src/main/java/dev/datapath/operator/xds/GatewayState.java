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
 * @param intent the {@link Snapshot#intent()} of what it acknowledged as a whole; null while it does not run any, or another one is on the way
 * @param types the types that it subscribes to
 */
public record GatewayState(
        String gateway, Instant connectedSince, @Nullable String intent, Map<ResourceType, TypeState> types) {
    public GatewayState {
        types = Map.copyOf(types);
    }

    /**
     * Whether the gateway acknowledged all of a snapshot with that intent, and nothing of another one is on the way. It may reject decisions
     * on top of the intent all the same, see {@link #rejecting}.
     */
    public boolean synced(String snapshotIntent) {
        return snapshotIntent.equals(intent);
    }

    /** What the gateway refuses now, in Envoy's words, with the name of the resource where these do not have it; sorted, without repetition. */
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

    /** Whether the gateway refuses anything now. */
    public boolean rejecting() {
        return types.values().stream().anyMatch(type -> !type.rejections().isEmpty());
    }
}
