package dev.datapath.operator.infra.cluster;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The result of applying the objects of an owner.
 *
 * @param written number of objects created or changed
 * @param deleted number of objects deleted because they are no longer desired
 * @param obstacles objects that could not be applied or deleted, in the order of the objects
 */
public record ApplyResult(int written, int deleted, List<Obstacle> obstacles) {

    public ApplyResult {
        obstacles = List.copyOf(obstacles);
    }

    /** Whether another writer changed an object at the same time. An immediate retry is then worthwhile. */
    public boolean again() {
        return obstacles.stream().anyMatch(obstacle -> obstacle.kind() == Obstacle.Kind.Changed);
    }

    /** All obstacles as one message; empty when there is none. */
    public String message() {
        return obstacles.stream().map(Obstacle::message).collect(Collectors.joining("; "));
    }

    /**
     * Why an object is not in its desired state.
     *
     * @param message names the object, the error and the remedy
     */
    public record Obstacle(Kind kind, String message) {

        /** The kind of obstacle. */
        public enum Kind {
            /** An object of that name has another owner and was not changed. */
            NotOurs,
            /** The API server rejected the object. */
            Refused,
            /** The object changed since it was read. */
            Changed,
            /** Another object must be available first. */
            Waiting
        }
    }
}
