package dev.datapath.operator.engine;

import dev.datapath.operator.model.ObjectRef;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.MDC;

/**
 * Marks all lines that the log of this thread gets until it is closed: with the object that is reconciled, and with a number of this
 * reconciliation. Structured logs have both as fields, {@value #OBJECT} and {@value #RECONCILIATION}.
 */
public final class LogContext implements AutoCloseable {
    static final String OBJECT = "object";
    static final String RECONCILIATION = "reconciliation";

    private static final AtomicLong NUMBER = new AtomicLong();

    private LogContext() {}

    /** A new reconciliation of an object begins; those of a thread follow each other. */
    public static LogContext of(ObjectRef object) {
        MDC.put(OBJECT, object.kind() + " " + object.namespace() + "/" + object.name());
        MDC.put(RECONCILIATION, "#" + Long.toString(NUMBER.incrementAndGet(), Character.MAX_RADIX));
        return new LogContext();
    }

    @Override
    public void close() {
        MDC.remove(OBJECT);
        MDC.remove(RECONCILIATION);
    }
}
