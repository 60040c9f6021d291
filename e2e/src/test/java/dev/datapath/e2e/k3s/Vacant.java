package dev.datapath.e2e.k3s;

/**
 * A cluster with a store, in which DataPath is not installed: tests that ask for its {@link Site} install it, and leave nothing of
 * it behind.
 */
public final class Vacant extends WithImages<Site> {
    Vacant() {
        super(Site.class);
    }

    @Override
    Site in(K3sCluster cluster) {
        return Site.prepare(cluster, "vacant", 8081);
    }
}
