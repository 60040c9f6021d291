package dev.datapath.operator.manifest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Detects a changed file without reading it.
 *
 * @param size in bytes
 * @param modified time of the last write, which programs such as {@code rsync -t} and {@code cp -p} set back
 * @param changed time of the last change of content or attributes, which cannot be set; {@code modified} if there is
 *     none
 * @param key the file system's identity of the file (inode), or null if there is none
 * @param isSettled whether the last change was long enough before the reading that a further change would have a later
 *     time; file systems count time in steps of milliseconds
 */
record FileStamp(
        long size,
        Instant modified,
        Instant changed,
        @Nullable Object key,
        boolean isSettled) {
    private static final Duration CLOCK_STEP = Duration.ofMillis(50);

    /** The stamp before the first reading. */
    static final FileStamp NONE = new FileStamp(-1, Instant.EPOCH, Instant.EPOCH, null, false);

    static FileStamp of(Path path, BasicFileAttributes attributes, Instant now) throws IOException {
        var modified = attributes.lastModifiedTime().toInstant();
        var changed = changed(path, modified);
        var settled = now.minus(CLOCK_STEP);
        return new FileStamp(
                attributes.size(),
                modified,
                changed,
                attributes.fileKey(),
                modified.isBefore(settled) && changed.isBefore(settled));
    }

    /** Whether a file with the given attributes certainly has the same content. */
    boolean isCurrent(Path path, BasicFileAttributes attributes) throws IOException {
        var now = attributes.lastModifiedTime().toInstant();
        return isSettled
                && size == attributes.size()
                && modified.equals(now)
                && changed.equals(changed(path, now))
                && Objects.equals(key, attributes.fileKey());
    }

    private static Instant changed(Path path, Instant otherwise) throws IOException {
        try {
            return Files.getAttribute(path, "unix:ctime") instanceof FileTime time ? time.toInstant() : otherwise;
        } catch (UnsupportedOperationException | IllegalArgumentException noSuchAttribute) {
            return otherwise;
        }
    }
}
