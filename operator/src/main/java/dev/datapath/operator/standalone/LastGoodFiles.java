package dev.datapath.operator.standalone;

import dev.datapath.operator.compile.LastGood;
import dev.datapath.operator.engine.LastGoodParts;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.plan.GatewayPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Stores the parts of each DataPath's plan that its gateways acknowledged last, for the next run: addresses of nodes
 * and CA certificates in the work directory, certificates with their private keys in memory only. A DataPath in a file
 * has no uid, so the parts are used as long as a DataPath of that name exists. Confined to the thread of the control
 * loop.
 */
final class LastGoodFiles {
    private static final System.Logger LOG = System.getLogger(LastGoodFiles.class.getName());
    /** Compressed; larger files are not read. */
    private static final int MOST_BYTES = 16 << 20;

    private final Path directory;
    private final MemoryDirectory memory;
    private final Map<ObjectKey, LastGood> kept = new HashMap<>();

    /** @param directory in a directory that only this user may enter */
    LastGoodFiles(Path directory, MemoryDirectory memory) {
        this.directory = directory;
        this.memory = memory;
    }

    /** The parts that the gateways of a DataPath acknowledged last; none when they are unknown. */
    LastGood read(ObjectKey dataPath) {
        var parts = read(dataPath, file(directory, dataPath))
                .with(read(dataPath, file(memory.path(), dataPath)).certificates());
        kept.put(dataPath, parts);
        return parts;
    }

    /**
     * Stores the parts that the gateways of a DataPath acknowledged.
     *
     * @return why some of them are not stored, for users; empty when all are stored
     */
    Optional<String> keep(ObjectKey dataPath, GatewayPlan plan) {
        var before = kept.getOrDefault(dataPath, LastGood.NONE);
        var parts = LastGood.of(plan).withNodesOf(before);
        var problem = new StringBuilder();
        // Stored separately: a full disk does not prevent certificates from being stored in memory.
        var stored = before;
        try {
            if (!parts.withoutCertificates().equals(before.withoutCertificates())) {
                PrivateFiles.createDirectory(directory);
                PrivateFiles.write(file(directory, dataPath), LastGoodParts.write(parts.withoutCertificates()));
            }
            stored = parts.with(before.certificates());
        } catch (IOException e) {
            problem.append("addresses of nodes and CA certificates cannot be stored for the next start: ")
                    .append(e.getMessage());
        }
        try {
            var certificates = parts.onlyCertificates();
            if (!certificates.equals(before.onlyCertificates())) {
                write(dataPath, certificates);
            }
            stored = stored.with(certificates.certificates());
        } catch (IOException e) {
            problem.append(problem.isEmpty() ? "" : "; ")
                    .append("certificates cannot be stored for the next start: ")
                    .append(e.getMessage());
        }
        kept.put(dataPath, stored);
        return problem.isEmpty() ? Optional.empty() : Optional.of(problem.toString());
    }

    private void write(ObjectKey dataPath, LastGood certificates) throws IOException {
        var file = file(memory.path(), dataPath);
        if (certificates.certificates().isEmpty()) {
            Files.deleteIfExists(file);
        } else {
            memory.create();
            PrivateFiles.write(file, LastGoodParts.write(certificates));
        }
    }

    /** Deletes the files of a DataPath that no longer exists. */
    void delete(ObjectKey dataPath) {
        kept.remove(dataPath);
        delete(file(directory, dataPath));
        delete(file(memory.path(), dataPath));
    }

    /** Deletes the files of all other DataPaths. */
    void retain(Collection<ObjectKey> dataPaths) {
        var names = dataPaths.stream().map(LastGoodFiles::name).collect(Collectors.toSet());
        retain(directory, names);
        retain(memory.path(), names);
    }

    private static void retain(Path directory, Set<String> names) {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (var files = Files.newDirectoryStream(directory)) {
            for (var file : files) {
                if (!names.contains(String.valueOf(file.getFileName()))) {
                    delete(file);
                }
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be cleared: {1}", directory, e.toString());
        }
    }

    /** Deletes all private keys, because no gateway serves any more. */
    void forgetCertificates() {
        try {
            memory.delete();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be deleted: {1}", memory.path(), e.toString());
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be deleted: {1}", file, e.toString());
        }
    }

    private static LastGood read(ObjectKey dataPath, @Nullable Path file) {
        if (file == null || !Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return LastGood.NONE;
        }
        try {
            PrivateFiles.checkOwned(file);
            try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                var bytes = in.readNBytes(MOST_BYTES + 1);
                if (bytes.length > MOST_BYTES) {
                    throw new IOException("it has more than " + MOST_BYTES + " bytes");
                }
                return LastGoodParts.read(bytes);
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the last configuration acknowledged by the gateways of DataPath {0} cannot be read from {1}, using only the declared"
                            + " objects: {2}",
                    dataPath,
                    file,
                    e.getMessage());
            return LastGood.NONE;
        }
    }

    private static Path file(Path directory, ObjectKey dataPath) {
        return directory.resolve(name(dataPath));
    }

    private static String name(ObjectKey dataPath) {
        return WorkDirectory.name(dataPath) + ".json.gz";
    }
}
