package dev.datapath.e2e.k3s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.rig.Traffic;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyExistsException;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;

/** A bucket with objects, and requests for them while something happens: none of them may fail. */
final class UnderLoad {
    private static final String BUCKET = "training";
    private static final int PER_SECOND = 20;

    private final S3Client s3;
    private final Map<String, byte[]> objects;

    private UnderLoad(S3Client s3, Map<String, byte[]> objects) {
        this.s3 = s3;
        this.objects = objects;
    }

    /** Something that clients must not notice. */
    @FunctionalInterface
    interface Happening {
        void happen();
    }

    /**
     * Makes the bucket and its objects.
     *
     * @param s3 an SDK that repeats nothing by itself, so that each failed request counts
     */
    static UnderLoad at(S3Client s3) {
        var objects = new LinkedHashMap<String, byte[]>();
        var random = new Random(3);
        for (int i = 0; i < 8; i++) {
            var content = new byte[1024 << i];
            random.nextBytes(content);
            objects.put("shards/" + i, content);
        }
        try {
            s3.createBucket(create -> create.bucket(BUCKET));
        } catch (BucketAlreadyExistsException | BucketAlreadyOwnedByYouException e) {
            // Another test had the store before.
        }
        objects.forEach(
                (key, content) -> s3.putObject(put -> put.bucket(BUCKET).key(key), RequestBody.fromBytes(content)));
        return new UnderLoad(s3, objects);
    }

    /** The same objects by another way. */
    UnderLoad through(S3Client another) {
        return new UnderLoad(another, objects);
    }

    /** Has something happen while requests are made. */
    void during(Happening happening) throws InterruptedException {
        try (var traffic = new Traffic(List.of(s3), BUCKET, objects, PER_SECOND)) {
            happening.happen();
            assertThat(traffic.finish(60)).as("all requests are answered").isTrue();
            var results = traffic.drain();
            assertThat(results).isNotEmpty();
            assertThat(results.stream().filter(Traffic.Result::failed).map(Traffic.Result::error))
                    .as("failed requests of " + results.size())
                    .isEmpty();
        }
    }
}
