package dev.datapath.operator.model;

import java.util.Comparator;

/**
 * A pool that receives virtual-hosted requests below a base domain. Its store must know the domain too.
 *
 * @param pool the pool's name
 * @param baseDomain the listener's base domain
 */
public record DomainUse(String pool, String baseDomain) implements Comparable<DomainUse> {
    private static final Comparator<DomainUse> ORDER =
            Comparator.comparing(DomainUse::pool).thenComparing(DomainUse::baseDomain);

    @Override
    public int compareTo(DomainUse other) {
        return ORDER.compare(this, other);
    }
}
