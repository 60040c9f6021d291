package dev.datapath.e2e.k3s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import software.amazon.awssdk.services.s3.S3Client;

/** A changed rule, by which it shows whether gateways take changes. */
final class ClosedBucket {
    private ClosedBucket() {}

    /** Closes a bucket that nobody has, and waits until the gateways say so instead of the store. */
    static void at(Site site, S3Client s3, String bucket) {
        await().atMost(Told.PATIENCE).ignoreExceptions().until(() -> {
            site.apply("""
                    apiVersion: datapath.dev/v1alpha1
                    kind: RoutingPolicy
                    metadata: {name: closed}
                    spec:
                      targetRefs: [{group: datapath.dev, kind: DataPath, name: training}]
                      rules: [{name: closed, matches: [{buckets: [%s]}], deny: {code: AccessDenied}}]
                    """.formatted(bucket));
            return true;
        });
        await().atMost(Told.PATIENCE)
                .untilAsserted(() -> assertThat(HeadBucket.status(s3, bucket)).isEqualTo(403));
    }
}
