package dev.datapath.e2e.k3s;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** What tests of the applier have: a {@link Workbench} for each, in a cluster that knows all kinds of the goldens. */
abstract class ApplierTest {
    static final String NAME = Workbench.GATEWAY;

    @AutoClose
    Workbench bench;

    @BeforeAll
    static void podMonitorsAreKnown(K3sCluster cluster) {
        cluster.install("/dev/datapath/e2e/k3s/podmonitors.yaml");
    }

    @BeforeEach
    void start(K3sCluster cluster) {
        bench = new Workbench(cluster);
    }
}
