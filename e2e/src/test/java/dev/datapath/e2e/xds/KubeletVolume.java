package dev.datapath.e2e.xds;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/**
 * A directory that changes as the volume of a Secret does: files are links into {@code ..data}, itself a link to a directory
 * with a name of its own for each version, which is replaced by renaming another link over it.
 */
final class KubeletVolume {
    private final Path dir;
    private int version;

    KubeletVolume(Path dir, Map<String, String> content) {
        this.dir = dir;
        try {
            Files.createDirectories(dir);
            write(content);
            for (var name : content.keySet()) {
                Files.createSymbolicLink(dir.resolve(name), Path.of("..data", name));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path path() {
        return dir;
    }

    void write(Map<String, String> content) {
        try {
            var next = Path.of("..version-" + version++);
            Files.createDirectory(dir.resolve(next));
            for (var file : content.entrySet()) {
                Files.write(
                        dir.resolve(next).resolve(file.getKey()),
                        file.getValue().getBytes(StandardCharsets.UTF_8));
            }
            var link = Files.createSymbolicLink(dir.resolve("..data_tmp"), next);
            var before = dir.resolve("..data");
            var old = Files.exists(before) ? dir.resolve(Files.readSymbolicLink(before)) : null;
            Files.move(link, before, StandardCopyOption.ATOMIC_MOVE);
            if (old != null) {
                for (var name : content.keySet()) {
                    Files.deleteIfExists(old.resolve(name));
                }
                Files.delete(old);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
