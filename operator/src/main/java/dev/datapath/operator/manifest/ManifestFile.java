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
 * @param fault why the file as a whole cannot be read; null when it can
 */
record ManifestFile(
        Path path,
        FileStamp stamp,
        List<Part> parts,
        @Nullable Fault fault) {

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
