package dev.datapath.operator.manifest;

import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.admission.Violation;
import dev.datapath.operator.manifest.AdmittedObjects.InEffect;
import dev.datapath.operator.manifest.AdmittedObjects.Outcome;
import dev.datapath.operator.manifest.ManifestDocument.Identity;
import dev.datapath.operator.manifest.ManifestFile.Part;
import dev.datapath.operator.manifest.ManifestFile.Size;
import dev.datapath.operator.model.Finding.Severity;
import dev.datapath.operator.model.ObjectRef;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads files and directories again and again, and behaves as an API server to which each version is applied: an object that becomes
 * invalid or unreadable keeps its last admitted version, an object that is in no file any more is deleted. Only what changed is read,
 * parsed and admitted again. Not safe for use by several threads.
 */
public final class ManifestReader {
    private static final Logger LOG = System.getLogger(ManifestReader.class.getName());
    /** A file of this name says that the directory it is in holds somebody's own files, and no manifests. */
    public static final String PASSED_OVER = ".datapath-own-files";

    /** Most that is read of one stream; more is a finding. */
    public static final int MAX_STREAM_BYTES = ManifestFileReader.MAX_FILE_BYTES;

    private final List<Path> roots;
    private final Map<Path, byte[]> streams;
    private final Identifier identifier;
    private final ManifestFileReader fileReader;
    private final AdmittedObjects admitted;
    private Map<Path, ManifestFile> files = Map.of();
    private Map<ObjectRef, Source> sources = Map.of();
    private Set<ObjectRef> missing = Set.of();
    private LastAdmitted lastAdmitted = LastAdmitted.NONE;
    private String remembered = "";
    /** Whether {@link #sources} are those from before a restart. */
    private boolean restored;

    /** @param roots files, or directories that are read with all below them */
    public ManifestReader(ApiCatalog catalog, Collection<Path> roots, InstantSource clock) {
        this(catalog, roots, Map.of(), clock);
    }

    /**
     * For a single reading of files and of what came through pipes.
     *
     * @param streams content by the name that findings show
     */
    public ManifestReader(ApiCatalog catalog, Collection<Path> roots, Map<Path, byte[]> streams, InstantSource clock) {
        this.roots = List.copyOf(roots);
        this.streams = new LinkedHashMap<>(streams);
        this.identifier = new Identifier(catalog);
        this.fileReader = new ManifestFileReader(identifier, clock);
        this.admitted = new AdmittedObjects(clock);
    }

    /**
     * Goes on from the versions that were admitted before a restart, and keeps those admitted from now on. To be called before the
     * first reading.
     */
    public void continueFrom(LastAdmitted store) {
        lastAdmitted = store;
        Map<ObjectRef, Source> known = new LinkedHashMap<>();
        try {
            remembered = store.read().orElse("");
            for (AdmittedText.Entry entry :
                    remembered.isEmpty() ? List.<AdmittedText.Entry>of() : AdmittedText.read(remembered)) {
                ManifestDocument document = identifier.identify(entry.fields());
                if (document.identity() != null
                        && admitted.restore(document.identity().ref(), entry.fields(), Instant.parse(entry.since()))) {
                    known.put(document.identity().ref(), new Source(Path.of(entry.file()), 0, Positions.of(1, 1)));
                }
            }
        } catch (IOException | RuntimeException unreadable) {
            LOG.log(
                    Level.WARNING,
                    "the versions admitted before the restart cannot be read ({0}); invalid objects have no version to keep",
                    unreadable.toString());
        }
        sources = known;
        restored = !known.isEmpty();
    }

    /** Keeps the versions in effect for the next start. */
    void remember() {
        List<AdmittedText.Entry> entries = new ArrayList<>();
        sources.forEach((ref, source) -> {
            InEffect inEffect = admitted.find(ref);
            if (inEffect != null && !ref.kind().equals("Secret")) {
                entries.add(new AdmittedText.Entry(
                        source.file().toString(), inEffect.since().toString(), inEffect.fields()));
            }
        });
        String text = AdmittedText.write(entries);
        if (!text.equals(remembered)) {
            try {
                lastAdmitted.write(text);
                remembered = text;
            } catch (IOException unwritable) {
                LOG.log(
                        Level.WARNING,
                        "the admitted versions cannot be kept for the next start: {0}",
                        unwritable.toString());
            }
        }
    }

    /** Reads all files as they are now. Never throws because of what is in them. */
    public ManifestSet read() {
        return read(list(), true);
    }

    FileListing list() {
        return FileListing.of(roots);
    }

    /** The objects that the last reading left in effect although they are in no file. */
    Set<ObjectRef> missing() {
        return missing;
    }

    /** @param deleteMissing whether objects that are in no file are deleted; otherwise they stay as they are */
    ManifestSet read(FileListing listing, boolean deleteMissing) {
        Map<Path, ManifestFile> current = readFiles(listing);
        files = current;
        Pass pass = new Pass();
        for (String unreadable : listing.unreadable()) {
            pass.report(
                    new SourceLocation(roots.isEmpty() ? Path.of("") : roots.getFirst(), 0, 0), null, "", unreadable);
        }
        current.values().forEach(pass::add);
        pass.keepUnreadable(listing.unreadable().isEmpty());
        missing = deleteMissing ? Set.of() : pass.holdMissing();
        admitted.retain(pass.objects.keySet(), pass.documents);
        sources = pass.sources;
        restored = false;
        return new ManifestSet(pass.objects, pass.denies, pass.findings, List.copyOf(current.keySet()));
    }

    /** All files in the order of their paths, within what all of them may hold together. */
    private Map<Path, ManifestFile> readFiles(FileListing listing) {
        Map<Path, ManifestFile> read = new HashMap<>();
        Size room = ManifestFileReader.MOST;
        for (Path path : byRank(listing.files())) {
            Optional<ManifestFile> file = fileReader.read(path, files.get(path), room);
            if (file.isPresent()) {
                read.put(path, file.get());
                room = room.minus(file.get().size());
            }
        }
        Map<Path, ManifestFile> current = new LinkedHashMap<>();
        listing.files().stream().filter(read::containsKey).forEach(path -> current.put(path, read.get(path)));
        for (Map.Entry<Path, byte[]> stream : streams.entrySet()) {
            ManifestFile file = fileReader.read(stream.getKey(), stream.getValue(), room);
            current.put(stream.getKey(), file);
            room = room.minus(file.size());
        }
        return current;
    }

    /**
     * Which files have room before others: those with objects in effect, and of each sort the smallest ones. So whoever fills a directory
     * takes nothing from the others.
     */
    private List<Path> byRank(List<Path> paths) {
        Set<Path> inUse = new HashSet<>();
        sources.values().forEach(source -> inUse.add(source.file()));
        Map<Path, Long> sizes = new HashMap<>();
        paths.forEach(path -> sizes.put(path, path.toFile().length()));
        return paths.stream()
                .sorted(Comparator.comparing((Path path) -> !inUse.contains(path))
                        .thenComparing(sizes::get)
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    /** One reading of all files. */
    private final class Pass {
        final Map<ObjectRef, Admitted<?>> objects = new LinkedHashMap<>();
        final Map<ObjectRef, Source> sources = new LinkedHashMap<>();
        final List<ManifestDocument> documents = new ArrayList<>();
        final List<LocatedFinding> findings = new ArrayList<>();
        final List<UnadmittedDeny> denies = new ArrayList<>();
        private final Map<ObjectRef, Source> seen = new LinkedHashMap<>();
        private final Map<ManifestFile, Map<ObjectRef, Source>> places = new IdentityHashMap<>();

        void add(ManifestFile file) {
            if (file.fault() != null) {
                ManifestFile.Fault fault = file.fault();
                report(new SourceLocation(file.path(), fault.line(), fault.column()), null, "", fault.message());
            }
            for (Part part : file.parts()) {
                for (ManifestDocument document : part.documents()) {
                    documents.add(document);
                    Source source = new Source(file.path(), part.lineOffset(), document.positions());
                    reportFaults(document, file.path(), part.lineOffset());
                    if (document.identity() != null) {
                        add(document, document.identity(), source);
                    }
                }
            }
        }

        private void reportFaults(ManifestDocument document, Path file, int lineOffset) {
            ObjectRef ref =
                    document.identity() == null ? null : document.identity().ref();
            for (YamlDocument.Fault fault : document.faults()) {
                report(
                        new SourceLocation(file, lineOffset + fault.line(), fault.column()),
                        ref,
                        fault.field(),
                        fault.message());
            }
        }

        private void add(ManifestDocument document, Identity identity, Source source) {
            ObjectRef ref = identity.ref();
            Source first = inForceElsewhere(ref, source.file()).orElseGet(() -> seen.putIfAbsent(ref, source));
            if (first != null) {
                report(
                        source.location(),
                        ref,
                        "",
                        "is already defined at " + first.location()
                                + ", which is used; remove one of them or rename it");
                return;
            }
            Outcome outcome = admitted.apply(document, identity);
            for (Violation violation : outcome.violations()) {
                report(source.location(violation.path()), ref, violation.path().toString(), violation.message());
            }
            if (outcome.deny() != null) {
                denies.add(outcome.deny());
                findings.add(new LocatedFinding(
                        source.location(),
                        Severity.WARNING,
                        ref,
                        "",
                        "is not applied until the errors are corrected, but for its rules with deny: these are in force, without"
                                + " the conditions that cannot be read"));
            }
            InEffect inEffect = outcome.inEffect();
            if (inEffect != null) {
                boolean isCurrent = inEffect.document() == document;
                use(ref, inEffect, isCurrent ? source : ManifestReader.this.sources.getOrDefault(ref, source));
                if (!isCurrent) {
                    warnKept(source.location(), ref, inEffect, "is not applied until the errors are corrected");
                }
            }
        }

        /** Where the object is that is in force, when it is still in another file: one of its name does not take its place. */
        private Optional<Source> inForceElsewhere(ObjectRef ref, Path here) {
            Source before = ManifestReader.this.sources.get(ref);
            ManifestFile file = before == null || before.file().equals(here) ? null : files.get(before.file());
            return file == null
                    ? Optional.empty()
                    : Optional.ofNullable(
                            places.computeIfAbsent(file, Pass::places).get(ref));
        }

        /** Where the objects of a file are. A file may have thousands, and each may be defined a second time elsewhere. */
        private static Map<ObjectRef, Source> places(ManifestFile file) {
            Map<ObjectRef, Source> places = new HashMap<>();
            for (Part part : file.parts()) {
                for (ManifestDocument document : part.documents()) {
                    if (document.identity() != null) {
                        places.putIfAbsent(
                                document.identity().ref(),
                                new Source(file.path(), part.lineOffset(), document.positions()));
                    }
                }
            }
            return places;
        }

        /**
         * An object of a file in which something cannot be read may be in that part: it stays.
         *
         * @param sawAll whether all directories could be looked into
         */
        void keepUnreadable(boolean sawAll) {
            Set<Path> partly = new HashSet<>();
            files.forEach((path, file) -> {
                if (!file.isFullyIdentified()) {
                    partly.add(path);
                }
            });
            ManifestReader.this.sources.forEach((ref, source) -> {
                ManifestFile file = files.get(source.file());
                boolean mayBeThere = file == null ? !sawAll : partly.contains(source.file());
                InEffect inEffect = admitted.find(ref);
                if (mayBeThere && inEffect != null && !seen.containsKey(ref)) {
                    use(ref, inEffect, source);
                    warnKept(
                            new SourceLocation(source.file(), 0, 0),
                            ref,
                            inEffect,
                            "cannot be found while a part of this file is unreadable");
                }
            });
        }

        /** Leaves objects in effect that are in no file, and tells which. */
        Set<ObjectRef> holdMissing() {
            Set<ObjectRef> held = new HashSet<>();
            for (Map.Entry<ObjectRef, Source> before : ManifestReader.this.sources.entrySet()) {
                InEffect inEffect = admitted.find(before.getKey());
                // What was deleted while the program did not run is not started again; but no rule is lost to a file
                // that is
                // just being replaced.
                boolean mayBeHeld = !restored || before.getKey().kind().equals("RoutingPolicy");
                if (mayBeHeld && inEffect != null && !objects.containsKey(before.getKey())) {
                    use(before.getKey(), inEffect, before.getValue());
                    held.add(before.getKey());
                }
            }
            return held;
        }

        private void use(ObjectRef ref, InEffect inEffect, Source source) {
            objects.put(ref, new Admitted<>(inEffect.object(), source));
            sources.put(ref, source);
        }

        private void warnKept(SourceLocation location, ObjectRef ref, InEffect inEffect, String why) {
            findings.add(new LocatedFinding(
                    location,
                    Severity.WARNING,
                    ref,
                    "",
                    why + "; it keeps running with the version of "
                            + inEffect.since().truncatedTo(ChronoUnit.SECONDS)));
        }

        void report(SourceLocation location, @Nullable ObjectRef object, String field, String message) {
            findings.add(new LocatedFinding(location, Severity.ERROR, object, field, message));
        }
    }
}
