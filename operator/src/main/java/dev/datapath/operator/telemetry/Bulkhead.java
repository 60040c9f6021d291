package dev.datapath.operator.telemetry;

import java.util.concurrent.Semaphore;

/**
 * Limits the scrapes that run at the same time, because answers need memory. A gateway that does not answer keeps its slot for seconds,
 * so gateways whose last scrape failed have slots of their own.
 */
final class Bulkhead {
    private final Semaphore answering;
    private final Semaphore failing;

    /**
     * @param answering slots for gateways whose last scrape succeeded, and for new ones
     * @param failing slots for the others
     */
    Bulkhead(int answering, int failing) {
        this.answering = new Semaphore(answering, true);
        this.failing = new Semaphore(failing, true);
    }

    /**
     * The slots for a gateway.
     *
     * @param failures failed scrapes in a row
     */
    Semaphore slots(int failures) {
        return failures == 0 ? answering : failing;
    }
}
