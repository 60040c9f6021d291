package dev.datapath.operator.manifest;

import dev.datapath.operator.model.ObjectRef;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a reading of all files left in force, for the next one to go on from.
 *
 * @param sources where each object comes from, also one of which only denies are in force
 * @param denies of the policies of which only these are in force
 * @param duplicates documents that were not used because another one of their name is in force; by identity
 * @param takeOvers duplicates that came into force
 * @param restored whether the objects are those from before a restart
 */
record InForce(
        Map<ObjectRef, Source> sources,
        Map<ObjectRef, UnadmittedDeny> denies,
        Set<ManifestDocument> duplicates,
        Map<ObjectRef, TakeOver> takeOvers,
        boolean restored) {
    static final InForce NOTHING = restored(Map.of());

    /**
     * A duplicate that came into force because the object before it went.
     *
     * @param document the duplicate
     * @param before where the object before it was
     */
    record TakeOver(ManifestDocument document, SourceLocation before, Instant since) {}

    static InForce restored(Map<ObjectRef, Source> sources) {
        return new InForce(sources, Map.of(), Set.of(), Map.of(), !sources.isEmpty());
    }

    /** The files that something in force comes from. */
    Set<Path> files() {
        return sources.values().stream().map(Source::file).collect(Collectors.toUnmodifiableSet());
    }
}
