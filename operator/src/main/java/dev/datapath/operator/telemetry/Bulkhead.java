package dev.datapath.operator.telemetry;

import java.util.concurrent.Semaphore;

/**
 * Limits the number of concurrent scrapes, because responses need memory. A gateway that does not respond holds its
 * slot for seconds, so gateways whose last scrape failed have separate slots.
 */
final class Bulkhead {
    private final Semaphore answering;
    private final Semaphore failing;

    /**
     * @param answering slots for gateways whose last scrape succeeded, and for new gateways
     * @param failing slots for the others
     */
    Bulkhead(int answering, int failing) {
        this.answering = new Semaphore(answering, true);
        this.failing = new Semaphore(failing, true);
    }

    /**
     * The slots for a gateway.
     *
     * @param failures consecutive failed scrapes
     */
    Semaphore slots(int failures) {
        return failures == 0 ? answering : failing;
    }
}
