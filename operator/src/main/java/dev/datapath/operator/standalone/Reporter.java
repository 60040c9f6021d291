package dev.datapath.operator.standalone;

import dev.datapath.operator.compile.Targets;
import dev.datapath.operator.engine.Infra;
import dev.datapath.operator.engine.ManagedDataPath;
import dev.datapath.operator.manifest.Admitted;
import dev.datapath.operator.manifest.LocatedFinding;
import dev.datapath.operator.manifest.ManifestSet;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reports the result of a pass to users and metrics. Confined to the thread of the control loop. */
final class Reporter {
    private static final System.Logger LOG = System.getLogger(Reporter.class.getName());

    private final RuntimeMetrics metrics;
    private final StatusBook book;
    private final Infra infra;
    private final Consumer<Overview> display;
    private @Nullable ManifestSet reloaded;
    private @Nullable Overview shown;

    /** @param display shows an overview; called only when it differs from the previous one */
    Reporter(RuntimeMetrics metrics, StatusBook book, Infra infra, Consumer<Overview> display) {
        this.metrics = metrics;
        this.book = book;
        this.infra = infra;
        this.display = display;
    }

    void report(ManifestSet objects, Collection<ManagedDataPath> runs, LocalFleet local) {
        if (reloaded != objects) {
            reloaded = objects;
            metrics.reloaded();
        }
        metrics.gateways(local.gateways().values());
        var overview = new Overview(book.statuses(), rows(local, runs), findings(objects, runs));
        if (!overview.equals(shown)) {
            if (shown == null || !overview.findings().equals(shown.findings())) {
                metrics.findings(overview.findings());
                book.findings(overview.findings());
            }
            shown = overview;
            display.accept(overview);
        }
    }

    /** The findings on the files and their objects. */
    private List<LocatedFinding> findings(ManifestSet objects, Collection<ManagedDataPath> runs) {
        var all = new TreeSet<>(objects.findings());
        var targets = Targets.findings(
                objects(objects.dataPaths()),
                objects(objects.routingPolicies()),
                objects(objects.serviceLevelObjectives()));
        Stream.of(
                        runs.stream().flatMap(run -> run.outcome().findings().stream()),
                        runs.stream().flatMap(run -> infra.findings(run).stream()),
                        targets.stream())
                .flatMap(Function.identity())
                .distinct()
                .forEach(finding -> objects.locate(finding).ifPresent(all::add));
        return List.copyOf(all);
    }

    private static <T extends HasMetadata> List<T> objects(List<Admitted<T>> admitted) {
        return admitted.stream().map(Admitted::object).toList();
    }

    private static List<Overview.GatewayRow> rows(LocalFleet local, Collection<ManagedDataPath> runs) {
        var rows = new ArrayList<Overview.GatewayRow>();
        local.gateways().forEach((id, gateway) -> {
            var endpoints = runs.stream()
                    .filter(run -> run.key().equals(id.dataPath()))
                    .flatMap(
                            run -> local.blueprint().endpoints(id, run.outcome().plan()).stream())
                    .toList();
            rows.add(new Overview.GatewayRow(
                    id.dataPath(),
                    id.name(),
                    gateway.phase().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    gateway.process().map(GatewayProcess::pid).orElse(0L),
                    endpoints,
                    metricsUrl(local, id),
                    gateway.restarts(),
                    gateway.problem()));
        });
        return rows;
    }

    private static String metricsUrl(LocalFleet local, GatewayId id) {
        try {
            return "http://127.0.0.1:" + local.blueprint().metricsPort(id) + "/stats/prometheus";
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "no metrics port of {0}", id, e);
            return "";
        }
    }
}
