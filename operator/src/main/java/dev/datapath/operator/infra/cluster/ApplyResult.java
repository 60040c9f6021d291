package dev.datapath.operator.infra.cluster;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What became of the objects of an owner.
 *
 * @param written how many were created or changed
 * @param deleted how many were no longer wanted
 * @param obstacles what could not be done, in the order of the objects
 */
public record ApplyResult(int written, int deleted, List<Obstacle> obstacles) {

    public ApplyResult {
        obstacles = List.copyOf(obstacles);
    }

    /** Whether somebody else changed an object at the same moment, so that the same is worth trying again at once. */
    public boolean again() {
        return obstacles.stream().anyMatch(obstacle -> obstacle.kind() == Obstacle.Kind.Changed);
    }

    /** All obstacles as one text for people; empty when there is none. */
    public String message() {
        return obstacles.stream().map(Obstacle::message).collect(Collectors.joining("; "));
    }

    /**
     * Why an object is not as it should be.
     *
     * @param message names the object, and says what is wrong and what can be done
     */
    public record Obstacle(Kind kind, String message) {

        /** What is in the way. */
        public enum Kind {
            /** An object of that name belongs to somebody else, and was left alone. */
            NotOurs,
            /** The API server does not take it. */
            Refused,
            /** It changed since it was looked at. */
            Changed,
            /** Something else has to be there first. */
            Waiting
        }
    }
}
