package dev.datapath.operator.manifest;

import dev.datapath.operator.model.ObjectRef;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The result of a reading of all files, from which the next reading continues.
 *
 * @param sources the source of each object, including policies of which only the deny rules are in force
 * @param denies the policies of which only the deny rules are in force
 * @param duplicates documents that are not used because another document of the same name is in force; by identity
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
     * A duplicate that came into force because the previous object was removed.
     *
     * @param document the duplicate
     * @param before location of the previous object
     */
    record TakeOver(ManifestDocument document, SourceLocation before, Instant since) {}

    static InForce restored(Map<ObjectRef, Source> sources) {
        return new InForce(sources, Map.of(), Set.of(), Map.of(), !sources.isEmpty());
    }

    /** The files of all objects in force. */
    Set<Path> files() {
        return sources.values().stream().map(Source::file).collect(Collectors.toUnmodifiableSet());
    }
}
