package dev.datapath.e2e.k3s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** A cluster with DataPath installed by its chart, which all tests that ask for an {@link Installation} share. */
public final class Installed extends WithImages<Installation> {
    Installed() {
        super(Installation.class);
    }

    @Override
    Installation in(K3sCluster cluster) {
        try {
            return Installation.of(Installation.CHART, cluster, Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
