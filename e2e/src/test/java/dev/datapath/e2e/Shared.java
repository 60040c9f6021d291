package dev.datapath.e2e;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests, as a parameter, what all tests of a run share: made when it is asked for the first time, closed by JUnit at the end
 * of the run if it can be closed.
 */
public abstract class Shared<T> implements ParameterResolver {
    private final Class<T> type;

    protected Shared(Class<T> type) {
        this.type = type;
    }

    protected abstract T make(ExtensionContext context);

    /** The one that is shared. */
    public final T get(ExtensionContext context) {
        return store(context).getOrComputeIfAbsent(type, key -> make(context), type);
    }

    /** What is kept until the end of the run. */
    protected final Store store(ExtensionContext context) {
        return context.getRoot().getStore(ExtensionContext.Namespace.create(getClass()));
    }

    @Override
    public final boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == type;
    }

    @Override
    public final Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return get(context);
    }
}
