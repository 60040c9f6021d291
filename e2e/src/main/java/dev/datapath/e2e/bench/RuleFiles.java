package dev.datapath.e2e.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.BitSet;

/** Many rules in files of a directory, up to 100 in each: bucket {@code i} goes to pool {@code a} or {@code b}. */
final class RuleFiles {
    private static final int PER_FILE = 100;

    private final Path directory;
    private final int rules;
    private final Manifests.Shape shape;
    private final BitSet toSecondPool = new BitSet();

    RuleFiles(Path directory, int rules, Manifests.Shape shape) throws IOException {
        this.directory = directory;
        this.rules = rules;
        this.shape = shape;
        for (int file = 0; file * PER_FILE < rules; file++) {
            write(file);
        }
    }

    /** Sends a bucket to the other pool and returns its name; the file is replaced by a rename. */
    String flip(int bucket) throws IOException {
        toSecondPool.flip(bucket);
        write(bucket / PER_FILE);
        return pool(bucket);
    }

    private void write(int file) throws IOException {
        int first = file * PER_FILE;
        var name = "rules-" + file;
        var text = Manifests.policy(name, first, Math.min(rules, first + PER_FILE), shape, this::pool);
        var next = Files.writeString(directory.resolve(name + ".new"), text);
        Files.move(
                next,
                directory.resolve(name + ".yaml"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private String pool(int bucket) {
        return toSecondPool.get(bucket) ? "b" : "a";
    }
}
