package dev.datapath.operator.manifest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The files of one directory and those below it, in any number; {@link #MOST} are kept. When there are more, the
 * directory's own files and each subdirectory get the same share, and so on below. Of the files of one directory the
 * smallest are kept. Therefore no directory displaces another one, whatever its number of files and subdirectories.
 */
final class FairShare {
    /** Maximum number of files, which bounds the memory of a listing. */
    static final int MOST = 10_000;

    /** A file with its size in bytes. */
    record Sized(Path path, long size) implements Comparable<Sized> {
        private static final Comparator<Sized> ORDER =
                Comparator.comparingLong(Sized::size).thenComparing(Sized::path);

        @Override
        public int compareTo(Sized other) {
            return ORDER.compare(this, other);
        }
    }

    private final TreeSet<Sized> own = new TreeSet<>();
    private List<List<Path>> below = new ArrayList<>();
    private int size;
    private long leftOut;
    private @Nullable Path firstLeftOut;

    /** A file of the directory itself. */
    void add(Sized file) {
        own.add(file);
        if (own.size() > MOST) {
            leaveOut(own.removeLast().path(), 1);
        }
    }

    /** Adds a complete subdirectory. */
    void add(FairShare directory) {
        List<Path> files = directory.inTurns();
        leaveOut(directory.firstLeftOut, directory.leftOut);
        below.add(files);
        size += files.size();
        if (size > 2 * MOST) {
            below = shared(below);
            size = MOST;
        }
    }

    /** All kept files, one of each directory in turn: any first part of the list is fair too. */
    List<Path> inTurns() {
        List<List<Path>> all = new ArrayList<>();
        all.add(own.stream().map(Sized::path).toList());
        all.addAll(below);
        List<Path> files = new ArrayList<>();
        List<List<Path>> rest = withoutEmpty(shared(all));
        for (int turn = 0; !rest.isEmpty(); turn++) {
            int next = turn + 1;
            for (List<Path> list : rest) {
                files.add(list.get(turn));
            }
            rest.removeIf(list -> list.size() == next);
        }
        return files;
    }

    /** The number of files that are not kept, up to the last call of {@link #inTurns}. */
    long leftOut() {
        return leftOut;
    }

    /** One of the files that are not kept; null when all are kept. */
    @Nullable
    Path firstLeftOut() {
        return firstLeftOut;
    }

    /** The first parts of the lists, of the same length if a list is long enough. */
    private List<List<Path>> shared(List<List<Path>> lists) {
        if (lists.stream().mapToLong(List::size).sum() <= MOST) {
            return lists;
        }
        List<List<Path>> kept = new ArrayList<>();
        List<List<Path>> longer = withoutEmpty(lists);
        int left = MOST;
        int level = 0;
        while (!longer.isEmpty() && longer.size() <= left) {
            left -= longer.size();
            level++;
            for (var each = longer.iterator(); each.hasNext(); ) {
                List<Path> list = each.next();
                if (list.size() == level) {
                    kept.add(list);
                    each.remove();
                }
            }
        }
        for (int i = 0; i < longer.size(); i++) {
            List<Path> list = longer.get(i);
            int length = i < left ? level + 1 : level;
            if (list.size() > length) {
                leaveOut(list.get(length), list.size() - length);
            }
            kept.add(List.copyOf(list.subList(0, length)));
        }
        return kept;
    }

    private static List<List<Path>> withoutEmpty(List<List<Path>> lists) {
        return new ArrayList<>(lists.stream().filter(list -> !list.isEmpty()).toList());
    }

    private void leaveOut(@Nullable Path first, long count) {
        leftOut += count;
        firstLeftOut = firstLeftOut == null ? first : firstLeftOut;
    }
}
