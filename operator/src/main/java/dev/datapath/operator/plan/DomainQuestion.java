package dev.datapath.operator.plan;

import dev.datapath.operator.plan.HealthPlan.HttpProbe;
import java.util.List;

/**
 * The request that detects that a store does not know a base domain: virtual-hosted, and with a path that can also be a
 * bucket. An S3 error names the bucket in {@code BucketName}, which shows whether the store read the bucket from the
 * host or from the path. SeaweedFS, VersityGW, MinIO (cmd/api-errors.go) and Ceph RGW (rgw_rest.cc) name it in this
 * response. S3Proxy does not, so its domains cannot be checked.
 */
public final class DomainQuestion {
    private static final String BUCKET_OF_HOST = "datapath-check-host";
    private static final String BUCKET_OF_PATH = "datapath-check-path";

    /** A store that does not know the domain returns the expected response. */
    public static final HttpProbe PROBE = new HttpProbe(
            "GET", "/" + BUCKET_OF_PATH, List.of(), "<BucketName>" + BUCKET_OF_PATH + "</BucketName>", false);

    private DomainQuestion() {}

    /** The {@code Host} of the request. */
    public static String host(String baseDomain) {
        return BUCKET_OF_HOST + "." + baseDomain;
    }
}
