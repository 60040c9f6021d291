package dev.datapath.operator.xds;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sync state of one gateway for one type.
 *
 * @param sentVersion version of the last response; null when none was sent
 * @param acknowledgedVersion last version that the gateway accepted; null when there is none
 * @param waitingSince when the unacknowledged response was sent; null when there is none
 * @param rejections in name order, one for each resource whose content the gateway rejected alone without accepting
 *     other content since, and one without a name while it is unknown which of several resources is invalid
 * @param unknownNames number of requested names that the DataPath does not have
 */
public record TypeState(
        @Nullable String sentVersion,
        @Nullable String acknowledgedVersion,
        @Nullable Instant waitingSince,
        List<Rejection> rejections,
        int unknownNames) {
    public TypeState {
        rejections = List.copyOf(rejections);
    }

    TypeState usedBy(Map<String, List<String>> users) {
        return new TypeState(
                sentVersion,
                acknowledgedVersion,
                waitingSince,
                rejections.stream()
                        .map(rejection -> rejection.resource() == null
                                ? rejection
                                : rejection.usedBy(users.getOrDefault(rejection.resource(), List.of())))
                        .toList(),
                unknownNames);
    }

    /** The first of the rejections; null when there is none. */
    public @Nullable Rejection rejection() {
        return rejections.isEmpty() ? null : rejections.getFirst();
    }
}
