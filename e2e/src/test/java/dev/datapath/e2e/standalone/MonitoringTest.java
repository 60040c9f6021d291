package dev.datapath.e2e.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.rig.BuildTree;
import dev.datapath.e2e.rig.EnvoyBinary;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.manifest.ManifestReader;
import dev.datapath.operator.standalone.Overview;
import dev.datapath.operator.standalone.Standalone;
import dev.datapath.operator.standalone.StandaloneOptions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alerts and dashboards that ask for metrics which no gateway has would stay silent and empty. */
@Tag("tier3")
class MonitoringTest {
    private static final Pattern ASKED = Pattern.compile("(envoy_[a-z0-9_]+)\\{");
    private static final Pattern SERVED = Pattern.compile("^(envoy_[a-z0-9_]+)", Pattern.MULTILINE);

    @Test
    void a_gateway_has_every_metric_that_alerts_and_dashboards_ask_for(@TempDir Path temp) throws Exception {
        var asked = asked();
        assertThat(asked).hasSizeGreaterThan(20);

        var port = Ports.free();
        var directory = new Directory(Files.createDirectory(temp.resolve("objects")));
        var overview = new AtomicReference<Overview>();
        var options =
                new StandaloneOptions(directory.path(), 1, 1, "127.0.0.1", 1, temp.resolve("w"), EnvoyBinary.require());
        var reader = new ManifestReader(ApiCatalog.load(), List.of(directory.path()), InstantSource.system());
        try (var node = ScriptedNode.start();
                var standalone = Standalone.start(options, reader, new SimpleMeterRegistry(), overview::set)) {
            directory.write("training.yaml", Directory.dataPath("training", port, node.port()));
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptionsInstanceOf(ConnectException.class)
                    .until(() -> RawClient.status(port, "/bucket/key") == 200);
            // It may serve before that is shown for the first time.
            await().atMost(Duration.ofSeconds(30))
                    .until(() ->
                            overview.get() != null && !overview.get().gateways().isEmpty());
            // Histograms have their first values after Envoy's flush, every five seconds.
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(
                            () -> assertThat(names(statistics(overview.get()))).containsAll(asked));
            // What alerts and dashboards tell listeners and pools by.
            assertThat(statistics(overview.get()))
                    .contains("{envoy_http_conn_manager_prefix=\"s3/", "{envoy_cluster_name=\"pool/");
            standalone.stop();
        }
    }

    private static Set<String> asked() throws IOException {
        var names = new TreeSet<String>();
        try (var files = Files.walk(BuildTree.projectRoot().resolve("helm/datapath/files"))) {
            for (var file : files.filter(file ->
                            file.endsWith("alerts.yaml") || file.getParent().endsWith("dashboards"))
                    .toList()) {
                ASKED.matcher(Files.readString(file)).results().forEach(match -> names.add(match.group(1)));
            }
        }
        return names;
    }

    private static String statistics(Overview overview) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var address = URI.create(overview.gateways().getFirst().metrics());
            return client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
                    .body();
        }
    }

    private static Set<String> names(String statistics) {
        var names = new TreeSet<String>();
        SERVED.matcher(statistics).results().forEach(match -> names.add(match.group(1)));
        return names;
    }
}
