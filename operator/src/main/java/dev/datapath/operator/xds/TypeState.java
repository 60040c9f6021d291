package dev.datapath.operator.xds;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where one gateway stands with one type.
 *
 * @param sentVersion version of the last response; null when none was sent
 * @param acknowledgedVersion version that the gateway accepted last; null when none
 * @param waitingSince when the response was sent that the gateway has not answered yet; null when it has
 * @param rejections one for each resource of which the gateway rejected the content alone and accepted no other one since, in name
 *     order, and one without a name while it is not certain which of several resources is bad
 * @param unknownNames how many names the gateway asks for that its DataPath does not have
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
