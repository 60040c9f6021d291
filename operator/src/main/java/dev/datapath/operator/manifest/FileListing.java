package dev.datapath.operator.manifest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the files and directories below the given ones. Names that start with a dot are passed over, and so are files that do not end
 * in {@code .yaml}, {@code .yml} or {@code .json} unless they are named themselves. Symbolic links are followed, so that the volumes
 * of ConfigMaps work, but only to regular files outside the file systems of the kernel. A directory with a file {@link ManifestReader#PASSED_OVER} is passed over as well unless it is named itself.
 *
 * @param files sorted by path
 * @param directories all that were looked into
 * @param unreadable directories and files that could not be looked at, with the reason
 */
record FileListing(List<Path> files, List<Path> directories, List<String> unreadable) {
    static final int MAX_FILES = 10_000;
    private static final int MAX_DEPTH = 16;

    static FileListing of(Collection<Path> roots) {
        TreeSet<Path> directories = new TreeSet<>();
        List<String> unreadable = new ArrayList<>();
        TreeMap<Path, Path> byRealPath = new TreeMap<>();
        for (Path root : roots) {
            try {
                Files.walkFileTree(
                        root,
                        EnumSet.of(FileVisitOption.FOLLOW_LINKS),
                        MAX_DEPTH,
                        new Visitor(root, byRealPath, directories, unreadable));
            } catch (IOException failed) {
                throw new UncheckedIOException(failed); // The visitor handles every failure itself.
            }
        }
        return new FileListing(byRealPath.values().stream().sorted().toList(), List.copyOf(directories), unreadable);
    }

    private static final class Visitor extends SimpleFileVisitor<Path> {
        private final Path root;
        private final TreeMap<Path, Path> files;
        private final TreeSet<Path> directories;
        private final List<String> unreadable;

        Visitor(Path root, TreeMap<Path, Path> files, TreeSet<Path> directories, List<String> unreadable) {
            this.root = root;
            this.files = files;
            this.directories = directories;
            this.unreadable = unreadable;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            if (isHidden(directory) || isClosed(directory)) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            directories.add(directory);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            boolean wanted = file.equals(root) || (!isHidden(file) && isManifest(file));
            if (file.equals(root)) {
                directories.add(file.toAbsolutePath().getParent());
            }
            if (wanted && !attributes.isRegularFile()) {
                unreadable.add(
                        file + " is no regular file, and only these are read; remove it or give it another name");
            } else if (wanted && isOfTheKernel(file)) {
                unreadable.add(file + " leads to a file of the kernel, and only files of users are read; remove it");
            } else if (wanted) {
                if (files.size() == MAX_FILES) {
                    unreadable.add("there are more than " + MAX_FILES + " files; " + file + " and others are not read");
                    return FileVisitResult.TERMINATE;
                }
                files.putIfAbsent(realPath(file), file);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) {
            // A file that goes away while the directory is being read is no failure, but a missing root is.
            if (file.equals(root) || (Files.exists(file) && !isHidden(file))) {
                unreadable.add(file + " cannot be read (" + failure.getClass().getSimpleName()
                        + "); check that it exists" + " and may be read");
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) {
            if (failure != null) {
                unreadable.add(directory + " cannot be read to its end (" + failure.getMessage() + ")");
            }
            return FileVisitResult.CONTINUE;
        }

        private boolean isHidden(Path path) {
            Path name = path.getFileName();
            return !path.equals(root) && name != null && name.toString().startsWith(".");
        }

        private static boolean isManifest(Path file) {
            String name = file.toString().toLowerCase(Locale.ROOT);
            return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
        }

        /** Some of them block whoever reads them. They look like regular files without content. */
        private static boolean isOfTheKernel(Path file) {
            Path real = realPath(file);
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
