package dev.datapath.operator.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class DeliveryMetricsTest {
    private static final Pattern BOUND =
            Pattern.compile("datapath_config_apply_seconds_bucket\\{.*\\) > ([0-9.]+)$", Pattern.MULTILINE);

    /** A quantile is interpolated within a bucket, so an alert with a threshold inside a bucket would fire for values below it. */
    @Test
    void thresholdOfTheSlowConfigurationAlertIsABucket() throws IOException {
        var bound = BOUND.matcher(Files.readString(Path.of("../helm/datapath/files/alerts.yaml")));
        assertThat(bound.find()).isTrue();
        var registry = new SimpleMeterRegistry();
        new DeliveryMetrics(registry).applied(TimeUnit.SECONDS.toNanos(2));
        var buckets =
                registry.get("datapath.config.apply").timer().takeSnapshot().histogramCounts();
        assertThat(Arrays.stream(buckets).map(bucket -> bucket.bucket(TimeUnit.SECONDS)))
                .contains(Double.valueOf(bound.group(1)));
        assertThat(Arrays.stream(buckets)
                        .filter(bucket -> bucket.bucket(TimeUnit.SECONDS) < 2)
                        .mapToDouble(CountAtBucket::count))
                .containsOnly(0.0);
    }

    @Test
    void rejectedStreamsAreCounted() {
        var registry = new SimpleMeterRegistry();
        var metrics = new DeliveryMetrics(registry);
        metrics.refused("the gateways of DataPath a/b request too many unknown resource names");
        assertThat(registry.get("datapath.xds.refused").counter().count()).isEqualTo(1);
    }
}
