package dev.datapath.operator.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.time.Duration;

/** The client of the API server that an operator uses for everything. */
public final class OperatorClient {
    /**
     * A request that fails with 429, 5xx or a broken connection is repeated once. The default of Fabric8 repeats it ten times within 17 s.
     * The thread of a reconciliation waits for that, and there are few; reconciliations are repeated anyway.
     */
    private static final int REPETITIONS = 1;

    private static final Duration PAUSE = Duration.ofMillis(100);

    private OperatorClient() {}

    /**
     * A client with the settings of an operator.
     *
     * @param server address and credentials
     */
    public static KubernetesClientBuilder of(Config server) {
        return new KubernetesClientBuilder()
                .withConfig(settings(server).build())
                .withKubernetesSerialization(LeanObjects.serialization());
    }

    /** The settings of an operator's client, in addition to address and credentials. */
    public static ConfigBuilder settings(Config server) {
        return new ConfigBuilder(server)
                .withRequestRetryBackoffLimit(REPETITIONS)
                .withRequestRetryBackoffInterval((int) PAUSE.toMillis());
    }
}
