package dev.datapath.operator.engine;

import dev.datapath.operator.model.ObjectRef;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.MDC;

/**
 * Adds the reconciled object and a number of the reconciliation to all log lines of this thread until it is closed. Structured logs
 * contain both as the fields {@value #OBJECT} and {@value #RECONCILIATION}.
 */
public final class LogContext implements AutoCloseable {
    static final String OBJECT = "object";
    static final String RECONCILIATION = "reconciliation";

    private static final AtomicLong NUMBER = new AtomicLong();

    private LogContext() {}

    /** Starts a reconciliation of an object. Reconciliations of one thread do not nest. */
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
