package dev.datapath.operator.manifest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the files and directories below the given ones. Names that start with a dot are ignored, and so are files that
 * do not end in {@code .yaml}, {@code .yml} or {@code .json}, unless they are given explicitly. Symbolic links are
 * followed, as the volumes of ConfigMaps require, but only to regular files outside the kernel's file systems. A
 * directory with a file {@link ManifestReader#PASSED_OVER} is ignored as well, unless it is given explicitly.
 *
 * @param files in order of priority: those with objects in effect, smallest first, then others, from each directory in
 *     turn
 * @param directories all listed directories
 * @param unreadable files and directories that cannot be read
 * @param leftOut a finding on files that are not read because there are too many; null when there are none
 */
record FileListing(
        List<Path> files,
        List<Path> directories,
        List<Unreadable> unreadable,
        @Nullable String leftOut) {
    private static final int MAX_DEPTH = 16;

    /**
     * A file or directory that cannot be read.
     *
     * @param message names it, with the reason
     */
    record Unreadable(Path path, String message) {}

    /** @param inUse files with objects in effect; these are always listed */
    static FileListing of(Collection<Path> roots, Set<Path> inUse) {
        Visitor visitor = new Visitor(inUse);
        for (Path root : roots) {
            try {
                visitor.root = root;
                Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), MAX_DEPTH, visitor);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed); // The visitor handles every failure itself.
            }
        }
        return visitor.listing();
    }

    private static final class Visitor extends SimpleFileVisitor<Path> {
        private final Set<Path> inUse;
        private final Deque<FairShare> open = new ArrayDeque<>(List.of(new FairShare()));
        private final TreeSet<FairShare.Sized> used = new TreeSet<>();
        private final TreeSet<Path> directories = new TreeSet<>();
        private final List<Unreadable> unreadable = new ArrayList<>();
        private Path root = Path.of("");

        Visitor(Set<Path> inUse) {
            this.inUse = inUse;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            if (isHidden(directory) || isClosed(directory)) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            directories.add(directory);
            open.push(new FairShare());
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.equals(root)) {
                directories.add(file.toAbsolutePath().getParent());
            } else if (isHidden(file) || !isManifest(file)) {
                return FileVisitResult.CONTINUE;
            }
            if (!attributes.isRegularFile()) {
                unreadable(file, " is not a regular file; remove it or rename it");
            } else if (inUse.contains(file)) {
                used.add(new FairShare.Sized(file, attributes.size()));
            } else {
                open.element().add(new FairShare.Sized(file, attributes.size()));
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) {
            // A file that is removed during the listing is no error, but a missing root is.
            if (file.equals(root) || (Files.exists(file) && !isHidden(file))) {
                unreadable(
                        file,
                        " cannot be read (" + failure.getClass().getSimpleName()
                                + "); check that it exists and is readable");
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) {
            if (failure != null) {
                unreadable(directory, " cannot be read completely (" + failure.getMessage() + ")");
            }
            FairShare share = open.pop();
            open.element().add(share);
            return FileVisitResult.CONTINUE;
        }

        FileListing listing() {
            FairShare all = open.element();
            Map<Path, Path> byRealPath = new LinkedHashMap<>();
            Stream.concat(used.stream().map(FairShare.Sized::path), all.inTurns().stream())
                    .forEach(file -> {
                        Path real = realPath(file);
                        if (isOfTheKernel(real)) {
                            unreadable(file, " is a link to a file of the kernel, which is not read; remove it");
                        } else {
                            byRealPath.merge(real, file, this::preferred);
                        }
                    });
            return new FileListing(
                    List.copyOf(byRealPath.values()),
                    List.copyOf(directories),
                    List.copyOf(unreadable),
                    leftOut(all.leftOut(), all.firstLeftOut()));
        }

        /** Selects one of two names of a file: the one in use, otherwise the same one in any order. */
        private Path preferred(Path first, Path second) {
            return inUse.contains(first) || first.compareTo(second) < 0 ? first : second;
        }

        private static @Nullable String leftOut(long count, @Nullable Path first) {
            return first == null
                    ? null
                    : String.format(
                            Locale.ROOT,
                            "there are more than %,d files without objects in effect, and %,d of them are not read, such as %s; files"
                                    + " with objects in effect are read, and each directory gets the same share of the others: remove"
                                    + " files from the largest directories, or move some to the directory of another instance",
                            FairShare.MOST,
                            count,
                            first);
        }

        private void unreadable(Path path, String reason) {
            unreadable.add(new Unreadable(path, path + reason));
        }

        private boolean isHidden(Path path) {
            Path name = path.getFileName();
            return !path.equals(root) && name != null && name.toString().startsWith(".");
        }

        private static boolean isManifest(Path file) {
            String name = file.toString().toLowerCase(Locale.ROOT);
            return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
        }

        /** Some of these files block their readers. They look like regular files without content. */
        private static boolean isOfTheKernel(Path real) {
            return real.startsWith("/proc") || real.startsWith("/sys") || real.startsWith("/dev");
        }

        private boolean isClosed(Path directory) {
            return !directory.equals(root) && Files.exists(directory.resolve(ManifestReader.PASSED_OVER));
        }
    }

    private static Path realPath(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException gone) {
            return file.toAbsolutePath();
        }
    }
}
