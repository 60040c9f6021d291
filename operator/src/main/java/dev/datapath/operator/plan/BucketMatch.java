package dev.datapath.operator.plan;

/** The buckets that a match applies to. */
public sealed interface BucketMatch {

    /** Whether this matches every bucket that {@code narrower} matches. */
    boolean covers(BucketMatch narrower);

    /** Every bucket, and requests without one (ListBuckets). */
    record Any() implements BucketMatch {
        @Override
        public boolean covers(BucketMatch narrower) {
            return true;
        }
    }

    /** One bucket. */
    record Exact(String name) implements BucketMatch {
        @Override
        public boolean covers(BucketMatch narrower) {
            return equals(narrower);
        }
    }

    /** Every bucket whose name starts with this text. */
    record Prefix(String prefix) implements BucketMatch {
        @Override
        public boolean covers(BucketMatch narrower) {
            return switch (narrower) {
                case Any any -> false;
                case Exact(var name) -> name.startsWith(prefix);
                case Prefix(var longer) -> longer.startsWith(prefix);
            };
        }
    }
}
