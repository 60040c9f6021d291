package dev.datapath.operator.manifest;

import dev.datapath.operator.manifest.AdmittedObjects.InEffect;
import dev.datapath.operator.model.ObjectRef;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The admitted versions that survive a restart. Not thread-safe. */
final class KeptVersions {
    private static final Logger LOG = System.getLogger(KeptVersions.class.getName());

    private final LastAdmitted store;
    private final List<Path> roots;
    private String written = "";

    /** @param roots the files and directories that are read */
    KeptVersions(LastAdmitted store, Collection<Path> roots) {
        this.store = store;
        this.roots = List.copyOf(roots);
    }

    static KeptVersions none() {
        return new KeptVersions(LastAdmitted.NONE, List.of());
    }

    /** Puts the versions from before the restart into effect, and returns their sources. */
    Map<ObjectRef, Source> restore(Identifier identifier, AdmittedObjects admitted) {
        Map<ObjectRef, Source> known = new LinkedHashMap<>();
        try {
            written = store.read().orElse("");
            for (AdmittedText.Entry entry :
                    written.isEmpty() ? List.<AdmittedText.Entry>of() : AdmittedText.read(written)) {
                ManifestDocument document = identifier.identify(entry.fields());
                if (document.identity() != null
                        && admitted.restore(document.identity().ref(), entry.fields(), Instant.parse(entry.since()))) {
                    known.put(
                            document.identity().ref(),
                            new Source(asListed(Path.of(entry.file())), 0, Positions.of(1, 1)));
                }
            }
        } catch (IOException | RuntimeException unreadable) {
            LOG.log(
                    Level.WARNING,
                    "the versions admitted before the restart cannot be read, invalid objects have no previous version: {0}",
                    unreadable.toString());
        }
        return known;
    }

    /** The name of a file in this run. Its directory may have a different name than before. */
    private Path asListed(Path file) {
        for (Path root : roots) {
            Path absolute = root.toAbsolutePath().normalize();
            if (file.startsWith(absolute)) {
                return root.resolve(absolute.relativize(file));
            }
        }
        for (Path root : roots) {
            try {
                Path real = root.toRealPath();
                // The real path of the directory, not of the file: a file in the volume of a ConfigMap is a link whose
                // target has changed since.
                Path parent = file.getParent();
                Path same = parent == null ? file : parent.toRealPath().resolve(parent.relativize(file));
                if (same.startsWith(real)) {
                    return root.resolve(real.relativize(same));
                }
            } catch (IOException gone) {
                LOG.log(Level.DEBUG, "{0} no longer exists", file);
            }
        }
        return file;
    }

    /**
     * Writes the versions in effect if they differ from the written ones.
     *
     * @return whether this succeeded; if not, it must be repeated
     */
    boolean keep(Map<ObjectRef, Source> sources, AdmittedObjects admitted) {
        List<AdmittedText.Entry> entries = new ArrayList<>();
        sources.forEach((ref, source) -> {
            InEffect inEffect = admitted.find(ref);
            if (inEffect != null && !ref.kind().equals("Secret")) {
                entries.add(new AdmittedText.Entry(
                        source.file().toAbsolutePath().normalize().toString(),
                        inEffect.since().toString(),
                        inEffect.fields()));
            }
        });
        String text = AdmittedText.write(entries);
        if (text.equals(written)) {
            return true;
        }
        try {
            store.write(text);
            written = text;
            return true;
        } catch (IOException unwritable) {
            return false;
        }
    }
}
