package dev.datapath.operator.manifest;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One file as it was last read.
 *
 * @param path the file
 * @param stamp tells whether it must be read again
 * @param parts its documents in order, with the text each was made from
 * @param size how much it holds
 * @param fault why the file as a whole cannot be read; null when it can
 */
record ManifestFile(
        Path path,
        FileStamp stamp,
        List<Part> parts,
        Size size,
        @Nullable Fault fault) {

    /**
     * How much files hold, or may hold. An object takes some KiB of memory however little is in it, and a value some hundred bytes.
     *
     * @param values all fields and items of all objects
     */
    record Size(long bytes, long objects, long values) {
        static final Size NONE = new Size(0, 0, 0);

        Size minus(Size other) {
            return new Size(bytes - other.bytes, objects - other.objects, values - other.values);
        }

        /** The same with other objects. */
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
     * @param text what it was parsed from; equal text is not parsed again
     * @param lineOffset lines of the file before it
     */
    record Part(String text, int lineOffset, List<ManifestDocument> documents) {}

    /**
     * @param line from 1; 0 for the file as a whole
     * @param column from 1; 0 for the file as a whole
     */
    record Fault(int line, int column, String message) {}

    /** Whether every object of the file is known: nothing in it was unreadable. */
    boolean isFullyIdentified() {
        return fault == null
                && parts.stream()
                        .flatMap(part -> part.documents().stream())
                        .allMatch(document -> document.identity() != null);
    }
}
