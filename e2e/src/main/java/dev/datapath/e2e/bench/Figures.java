package dev.datapath.e2e.bench;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/**
 * Some measurements of the same thing.
 *
 * @param min the smallest
 * @param median the one in the middle (of an even number, the mean of the two)
 * @param max the largest
 */
record Figures(double min, double median, double max) {
    static Figures of(Collection<Double> values) {
        var sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        var median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Figures(sorted[0], median, sorted[sorted.length - 1]);
    }

    /** The value that {@code percent} of the sorted values do not exceed (nearest rank). */
    static long percentile(long[] sorted, double percent) {
        if (sorted.length == 0) {
            throw new IllegalArgumentException("nothing was measured");
        }
        int rank = (int) Math.ceil(percent / 100 * sorted.length);
        return sorted[Math.max(0, rank - 1)];
    }

    static long percentile(Collection<Long> values, double percent) {
        var sorted = values.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        return percentile(sorted, percent);
    }

    /** {@code 3,000}. */
    static String thousands(int count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** {@code 1.23}, {@code 45.6}, {@code 789}: three digits that count. */
    static String digits(double value) {
        int decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** Median and spread: {@code 45.6 (44.9..47.0)}. */
    String text() {
        return digits(median) + " (" + digits(min) + ".." + digits(max) + ")";
    }
}
