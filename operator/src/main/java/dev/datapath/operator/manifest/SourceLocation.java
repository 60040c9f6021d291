package dev.datapath.operator.manifest;

import java.nio.file.Path;

/**
 * A location in a file.
 *
 * @param file as found below the directory or as given
 * @param line from 1; 0 for the file as a whole
 * @param column from 1; 0 for the file as a whole
 */
public record SourceLocation(Path file, int line, int column) {

    /** {@code file:line}, or {@code file} for the file as a whole. */
    @Override
    public String toString() {
        return line == 0 ? file.toString() : file + ":" + line;
    }
}
