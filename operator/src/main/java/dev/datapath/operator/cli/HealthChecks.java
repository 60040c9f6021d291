package dev.datapath.operator.cli;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/** {@code /q/health}: startup, liveness, and readiness. Ready means that all caches are synced and the first plans are compiled. */
@Singleton
final class HealthChecks {
    private final RunState state;

    @Inject
    HealthChecks(RunState state) {
        this.state = state;
    }

    @Produces
    @Singleton
    @Startup
    HealthCheck startup() {
        return check("started", state::started);
    }

    @Produces
    @Singleton
    @Liveness
    HealthCheck liveness() {
        return check("control loop and watches", state::alive);
    }

    @Produces
    @Singleton
    @Readiness
    HealthCheck readiness() {
        return check("caches synced and first plans compiled", state::ready);
    }

    private static HealthCheck check(String name, java.util.function.BooleanSupplier up) {
        return () -> HealthCheckResponse.named(name).status(up.getAsBoolean()).build();
    }
}
