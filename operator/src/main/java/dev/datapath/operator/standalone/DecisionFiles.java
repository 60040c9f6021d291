package dev.datapath.operator.standalone;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.engine.StateStore;
import dev.datapath.operator.model.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * Stores decisions in one file for each DataPath, in the work directory. Objects in files have no uid, so the file is
 * used as long as a DataPath of that name exists.
 */
final class DecisionFiles implements StateStore {
    private final Function<ObjectKey, Path> files;

    /** @param files the file of a DataPath, in a directory that only this user may enter */
    DecisionFiles(Function<ObjectKey, Path> files) {
        this.files = files;
    }

    @Override
    public String place(ObjectKey dataPath) {
        return "file " + files.apply(dataPath);
    }

    @Override
    public Optional<String> read(DataPath dataPath) throws IOException {
        var file = files.apply(key(dataPath));
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        int most = MOST_CHARACTERS * 3; // of UTF-8, for a character of Java
        try (InputStream in = Files.newInputStream(file)) {
            var bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new IOException("it has more than " + most + " bytes");
            }
            return Optional.of(new String(bytes, StandardCharsets.UTF_8));
        }
    }

    @Override
    public void write(DataPath dataPath, String text) throws IOException {
        var file = files.apply(key(dataPath));
        PrivateFiles.createDirectory(Objects.requireNonNull(file.getParent(), "the file is in the work directory"));
        PrivateFiles.write(file, text);
    }

    @Override
    public void delete(ObjectKey dataPath) throws IOException {
        Files.deleteIfExists(files.apply(dataPath));
    }

    private static ObjectKey key(DataPath dataPath) {
        return new ObjectKey(
                dataPath.getMetadata().getNamespace(), dataPath.getMetadata().getName());
    }
}
