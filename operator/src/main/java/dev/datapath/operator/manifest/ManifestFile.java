package dev.datapath.operator.manifest;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One file as it was last read.
 *
 * @param path the file
 * @param stamp decides whether it must be read again
 * @param parts its documents in order, with the text of each
 * @param size size of its content
 * @param fault why the file as a whole cannot be read; null when it can
 */
record ManifestFile(
        Path path,
        FileStamp stamp,
        List<Part> parts,
        Size size,
        @Nullable Fault fault) {

    /**
     * The size of files, or a limit on it. An object takes several KiB of memory even if it is nearly empty, and a
     * value several hundred bytes.
     *
     * @param values all fields and items of all objects
     */
    record Size(long bytes, long objects, long values) {
        static final Size NONE = new Size(0, 0, 0);

        Size minus(Size other) {
            return new Size(bytes - other.bytes, objects - other.objects, values - other.values);
        }

        /** The size with additional objects. */
        Size plus(List<ManifestDocument> documents) {
            return new Size(
                    bytes,
                    objects + documents.size(),
                    values
                            + documents.stream()
                                    .mapToLong(document -> document.positions().size())
                                    .sum());
        }

        boolean fits(Size room) {
            return bytes <= room.bytes && objects <= room.objects && values <= room.values;
        }
    }

    /**
     * A piece of the file between {@code ---} lines.
     *
     * @param text the text that it was parsed from; equal text is not parsed again
     * @param lineOffset number of lines of the file before it
     */
    record Part(String text, int lineOffset, List<ManifestDocument> documents) {}

    /**
     * @param line from 1; 0 for the file as a whole
     * @param column from 1; 0 for the file as a whole
     */
    record Fault(int line, int column, String message) {}

    /** Whether every object of the file is known: no part of it is unreadable. */
    boolean isFullyIdentified() {
        return fault == null
                && parts.stream()
                        .flatMap(part -> part.documents().stream())
                        .allMatch(document -> document.identity() != null);
    }
}
