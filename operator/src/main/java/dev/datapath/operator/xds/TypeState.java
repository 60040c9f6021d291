package dev.datapath.operator.xds;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where one gateway stands with one type.
 *
 * @param sentVersion version of the last response; null when none was sent
 * @param acknowledgedVersion version that the gateway accepted last; null when none
 * @param waitingSince when the response was sent that the gateway has not answered yet; null when it has
 * @param rejection what the gateway refuses now; null when nothing
 * @param unknownNames how many names the gateway asks for that its DataPath does not have
 */
public record TypeState(
        @Nullable String sentVersion,
        @Nullable String acknowledgedVersion,
        @Nullable Instant waitingSince,
        @Nullable Rejection rejection,
        int unknownNames) {}
