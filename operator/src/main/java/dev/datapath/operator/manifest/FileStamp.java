package dev.datapath.operator.manifest;

import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tells a changed file from an unchanged one without reading it.
 *
 * @param size in bytes
 * @param modified time of the last write
 * @param key the file system's identity of the file (inode), or null where there is none
 * @param isSettled whether the last write was long enough before the reading that another one would show in the time; file systems
 *     count time in steps of milliseconds
 */
record FileStamp(long size, Instant modified, @Nullable Object key, boolean isSettled) {
    private static final Duration CLOCK_STEP = Duration.ofMillis(50);

    static FileStamp of(BasicFileAttributes attributes, Instant now) {
        Instant modified = attributes.lastModifiedTime().toInstant();
        return new FileStamp(
                attributes.size(), modified, attributes.fileKey(), modified.isBefore(now.minus(CLOCK_STEP)));
    }

    /** Whether a file with the given attributes certainly has the content it had. */
    boolean isCurrent(BasicFileAttributes attributes) {
        return isSettled
                && size == attributes.size()
                && modified.equals(attributes.lastModifiedTime().toInstant())
                && Objects.equals(key, attributes.fileKey());
    }
}
