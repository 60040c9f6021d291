package dev.datapath.operator.manifest;

import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.manifest.FileListing.Unreadable;
import dev.datapath.operator.manifest.ManifestFile.Size;
import dev.datapath.operator.model.ObjectRef;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Reads files and directories repeatedly, and behaves as an API server to which each version is applied: an object that
 * becomes invalid or unreadable keeps its last admitted version, an object that is no longer in any file is deleted.
 * Only changes are read, parsed and admitted again. Not thread-safe.
 */
public final class ManifestReader {
    /** A file of this name marks a directory that contains files of another program, and no manifests. */
    public static final String PASSED_OVER = ".datapath-own-files";

    /** Maximum size of one stream; a longer one causes a finding. */
    public static final int MAX_STREAM_BYTES = ManifestFileReader.MAX_FILE_BYTES;

    private final List<Path> roots;
    private final Map<Path, byte[]> streams;
    private final InstantSource clock;
    private final Identifier identifier;
    private final ManifestFileReader fileReader;
    private final AdmittedObjects admitted;
    private Map<Path, ManifestFile> files = Map.of();
    private InForce inForce = InForce.NOTHING;
    private Set<ObjectRef> missing = Set.of();
    private KeptVersions kept = KeptVersions.none();

    /** @param roots files, or directories that are read recursively */
    public ManifestReader(ApiCatalog catalog, Collection<Path> roots, InstantSource clock) {
        this(catalog, roots, Map.of(), clock);
    }

    /**
     * For a single reading of files and streams.
     *
     * @param streams content by the name that findings show
     */
    public ManifestReader(ApiCatalog catalog, Collection<Path> roots, Map<Path, byte[]> streams, InstantSource clock) {
        this.roots = List.copyOf(roots);
        this.streams = new LinkedHashMap<>(streams);
        this.clock = clock;
        this.identifier = new Identifier(catalog);
        this.fileReader = new ManifestFileReader(identifier, clock);
        this.admitted = new AdmittedObjects(clock);
    }

    /**
     * Continues with the versions that were admitted before a restart, and stores those admitted from now on. Must be
     * called before the first reading.
     */
    public void continueFrom(LastAdmitted store) {
        kept = new KeptVersions(store, roots);
        inForce = InForce.restored(kept.restore(identifier, admitted));
    }

    /**
     * Stores the versions in effect for the next start.
     *
     * @return whether this succeeded; if not, it must be repeated
     */
    boolean remember() {
        return kept.keep(inForce.sources(), admitted);
    }

    /** Reads the current content of all files. Never throws because of their content. */
    public ManifestSet read() {
        return read(list(), gone -> true);
    }

    FileListing list() {
        return FileListing.of(roots, inForce.files());
    }

    /** The objects that the last reading kept in effect although they are in no file. */
    Set<ObjectRef> missing() {
        return missing;
    }

    /** @param mayGo whether an object that is in no file may be deleted; otherwise it is kept */
    ManifestSet read(FileListing listing, Predicate<ObjectRef> mayGo) {
        files = readFiles(listing);
        Reading reading = new Reading(admitted, inForce, files, clock.instant());
        SourceLocation top = new SourceLocation(roots.isEmpty() ? Path.of("") : roots.getFirst(), 0, 0);
        listing.unreadable().forEach(unreadable -> reading.report(top, null, "", unreadable.message()));
        if (listing.leftOut() != null) {
            reading.report(top, null, "", listing.leftOut());
        }
        reading.run(listing.unreadable().stream().map(Unreadable::path).collect(Collectors.toUnmodifiableSet()), mayGo);
        inForce = reading.inForce();
        missing = reading.missing();
        return reading.set();
    }

    /** All files in the order of their paths, within their common limit. */
    private Map<Path, ManifestFile> readFiles(FileListing listing) {
        Map<Path, ManifestFile> read = new TreeMap<>();
        Size room = ManifestFileReader.MOST;
        for (Path path : listing.files()) {
            Optional<ManifestFile> file = fileReader.read(path, files.get(path), room);
            if (file.isPresent()) {
                read.put(path, file.get());
                room = room.minus(file.get().size());
            }
        }
        Map<Path, ManifestFile> current = new LinkedHashMap<>(read);
        for (Map.Entry<Path, byte[]> stream : streams.entrySet()) {
            ManifestFile file = fileReader.read(stream.getKey(), stream.getValue(), room);
            current.put(stream.getKey(), file);
            room = room.minus(file.size());
        }
        return current;
    }
}
