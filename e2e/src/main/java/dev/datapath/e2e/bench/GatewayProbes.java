package dev.datapath.e2e.bench;

import dev.datapath.e2e.k3s.K3sCluster;
import dev.datapath.e2e.k3s.Site;
import dev.datapath.e2e.rig.Patience;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** One connection to each gateway of a site, past the Service that would choose one: each has a node port of its own. */
final class GatewayProbes implements AutoCloseable {
    private static final String LABEL = "bench.datapath.dev/gateway";
    private static final int FIRST_NODE_PORT = 30_080;
    private static final long EVERY_NANOS = 1_000_000;

    private final List<One> gateways = new ArrayList<>();

    private static final class One {
        private final int port;
        private Probe probe;

        One(int port) throws IOException {
            this.port = port;
            probe = new Probe(port);
        }

        boolean answers(String bucket, int status) throws IOException {
            try {
                return probe.storeOf(bucket).equals(Integer.toString(status));
            } catch (IOException ended) {
                // A gateway may close a connection between two requests.
                probe.close();
                probe = new Probe(port);
                return false;
            }
        }
    }

    private GatewayProbes() {}

    /** Connects to the gateways that run now. */
    static GatewayProbes of(K3sCluster cluster, Site site, int listener) throws IOException {
        var probes = new GatewayProbes();
        var pods = site.gateways();
        for (int i = 0; i < pods.size(); i++) {
            label(cluster, pods.get(i), i);
            service(cluster, site.namespace(), i, listener);
            int port = cluster.nodePort(FIRST_NODE_PORT + i);
            Patience.await("a gateway answers at its node port", 50, () -> probes.connect(port));
        }
        return probes;
    }

    private static void label(K3sCluster cluster, Pod pod, int number) {
        cluster.client().resource(pod).edit(old -> {
            old.getMetadata().getLabels().put(LABEL, String.valueOf(number));
            return old;
        });
    }

    private static void service(K3sCluster cluster, String namespace, int number, int listener) {
        cluster.client()
                .resource(new ServiceBuilder()
                        .withNewMetadata()
                        .withName("gateway-" + number)
                        .withNamespace(namespace)
                        .endMetadata()
                        .withNewSpec()
                        .withType("NodePort")
                        .withSelector(Map.of(LABEL, String.valueOf(number)))
                        .addNewPort()
                        .withPort(listener)
                        .withTargetPort(new IntOrString(listener))
                        .withNodePort(FIRST_NODE_PORT + number)
                        .endPort()
                        .endSpec()
                        .build())
                .serverSideApply();
    }

    private boolean connect(int port) {
        try (var first = new Probe(port)) {
            first.storeOf("nobody-has-this");
            gateways.add(new One(port));
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    int count() {
        return gateways.size();
    }

    /** Returns as soon as each gateway has answered a request for the bucket with that status. */
    void await(String bucket, int status) {
        for (var gateway : gateways) {
            Patience.await("every gateway answers " + status, 0, () -> {
                LockSupport.parkNanos(EVERY_NANOS);
                try {
                    return gateway.answers(bucket, status);
                } catch (IOException gone) {
                    return false;
                }
            });
        }
    }

    @Override
    public void close() throws IOException {
        for (var gateway : gateways) {
            gateway.probe.close();
        }
    }
}
