package dev.datapath.operator.apiserver;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.datapath.operator.admission.StatusSchemas;
import dev.datapath.operator.apiserver.ObjectTable.Change;
import dev.datapath.operator.kubernetes.OperatorClient;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;

/**
 * A small API server in this process: lists, in pages that no change falls between, watches, server-side apply, status subresources, generations, conflicts, owners and
 * finalizers, as the Kubernetes API conventions have them. Of schemas it knows those of a status;
 * else objects are stored as they come. What it does otherwise
 * than a real one shows in the tests with a cluster.
 */
public final class FakeApiServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final StatusSchemas STATUSES = new StatusSchemas();

    private static final String POD_MONITORS = "/apis/monitoring.coreos.com/v1";

    /** A request that writes. */
    public record Write(String method, String path) {}

    private final ObjectTable objects = new ObjectTable();
    private final List<Write> writes = new CopyOnWriteArrayList<>();
    private final List<URI> lists = new CopyOnWriteArrayList<>();
    private final List<Predicate<Write>> denied = new CopyOnWriteArrayList<>();
    private final List<Predicate<String>> unreadable = new CopyOnWriteArrayList<>();
    private final List<Predicate<Write>> broken = new CopyOnWriteArrayList<>();
    private volatile boolean podMonitors;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    public FakeApiServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** A client of this server; the caller closes it. */
    public KubernetesClient client() {
        return new KubernetesClientBuilder().withConfig(config()).build();
    }

    /** How a client reaches it, with the settings of an operator. */
    public Config config() {
        return OperatorClient.settings(Config.empty())
                .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .withNamespace("default")
                .withWatchReconnectInterval(50)
                .build();
    }

    /** All requests that wrote, or tried to, in their order. */
    public List<Write> writes() {
        return List.copyOf(writes);
    }

    /** Answers 403 to these writes until the result is run. */
    public Runnable deny(Predicate<Write> some) {
        denied.add(some);
        return () -> denied.remove(some);
    }

    /** Every list that was asked for, watches excepted. */
    public List<URI> lists() {
        return List.copyOf(lists);
    }

    /** Answers 403 to reads of these paths until the result is run. */
    public Runnable denyReads(Predicate<String> some) {
        unreadable.add(some);
        return () -> unreadable.remove(some);
    }

    /** Answers 500 to these writes until the result is run. */
    public Runnable breakWrites(Predicate<Write> some) {
        broken.add(some);
        return () -> broken.remove(some);
    }

    /** The API server has PodMonitors until the result is run; without, requests for them are answered with 404. */
    public Runnable installPodMonitors() {
        podMonitors = true;
        return () -> podMonitors = false;
    }

    /** The object as it is stored. */
    public <T extends HasMetadata> Optional<T> get(Class<T> type, String namespace, String name) {
        return objects.get(kind(type), namespace, name).map(node -> read(type, node));
    }

    /** The same as JSON. */
    public Optional<JsonNode> json(Class<? extends HasMetadata> type, String namespace, String name) {
        return objects.get(kind(type), namespace, name).map(JsonNode::deepCopy);
    }

    /** All objects of a kind in a namespace. */
    public <T extends HasMetadata> List<T> list(Class<T> type, String namespace) {
        return objects.list(kind(type), namespace).stream()
                .map(node -> read(type, node))
                .toList();
    }

    private static <T> T read(Class<T> type, JsonNode node) {
        return Serialization.unmarshal(node.toString(), type);
    }

    private static String kind(Class<? extends HasMetadata> type) {
        return HasMetadata.getApiVersion(type) + "/" + HasMetadata.getPlural(type);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var body = exchange.getRequestBody().readAllBytes();
            try {
                answer(exchange, body);
            } catch (ApiFailure failure) {
                send(exchange, failure.code(), status(failure));
            } catch (IOException gone) {
                throw gone;
            } catch (Exception | AssertionError e) {
                send(exchange, 500, status(new ApiFailure(500, "InternalError", e.toString())));
            }
        }
    }

    private static ObjectNode status(ApiFailure failure) {
        return JSON.createObjectNode()
                .put("kind", "Status")
                .put("apiVersion", "v1")
                .put("status", "Failure")
                .put("message", failure.getMessage())
                .put("reason", failure.reason())
                .put("code", failure.code());
    }

    private void answer(HttpExchange exchange, byte[] body) throws IOException, InterruptedException {
        if (exchange.getRequestHeaders().containsKey("Upgrade")) {
            // The client then watches over HTTP.
            throw new ApiFailure(503, "ServiceUnavailable", "no WebSockets here");
        }
        var uri = exchange.getRequestURI();
        if (uri.getPath().equals("/version")) {
            send(exchange, 200, JSON.createObjectNode().put("major", "1").put("minor", "34"));
            return;
        }
        if (uri.getPath().startsWith(POD_MONITORS) && !podMonitors) {
            if (!exchange.getRequestMethod().equals("GET")) {
                writes.add(new Write(exchange.getRequestMethod(), uri.getPath()));
            }
            throw ApiFailure.notFound("path", uri.getPath());
        }
        if (uri.getPath().equals(POD_MONITORS)) {
            send(exchange, 200, JSON.readTree("""
                    {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "monitoring.coreos.com/v1", "resources":
                     [{"name": "podmonitors", "singularName": "podmonitor", "kind": "PodMonitor", "namespaced": true, "verbs": []}]}"""));
            return;
        }
        var path = ResourcePath.of(uri).orElseThrow(() -> ApiFailure.notFound("path", uri.getPath()));
        switch (exchange.getRequestMethod()) {
            case "GET" -> {
                if (unreadable.stream().anyMatch(some -> some.test(uri.getPath()))) {
                    throw new ApiFailure(403, "Forbidden", uri.getPath() + " is forbidden");
                }
                read(exchange, path);
            }
            case "POST", "PUT", "PATCH", "DELETE" -> {
                var write = new Write(exchange.getRequestMethod(), uri.getPath());
                writes.add(write);
                if (denied.stream().anyMatch(some -> some.test(write))) {
                    throw new ApiFailure(403, "Forbidden", uri.getPath() + " is forbidden");
                }
                if (broken.stream().anyMatch(some -> some.test(write))) {
                    throw new ApiFailure(500, "InternalError", uri.getPath() + " cannot be written");
                }
                var made = write(exchange, path, body);
                send(exchange, write.method().equals("POST") ? 201 : 200, made);
            }
            default -> throw new ApiFailure(405, "MethodNotAllowed", exchange.getRequestMethod());
        }
    }

    private void read(HttpExchange exchange, ResourcePath path) throws IOException, InterruptedException {
        if ("true".equals(path.query().get("watch"))) {
            watch(exchange, path);
        } else if (path.name().isEmpty()) {
            lists.add(exchange.getRequestURI());
            var list = JSON.createObjectNode().put("kind", "List").put("apiVersion", path.apiVersion());
            var metadata = list.putObject("metadata").put("resourceVersion", String.valueOf(objects.version()));
            var items = list.putArray("items");
            var selected = objects.list(path.kind(), path.namespace()).stream()
                    .filter(selector(path))
                    .toList();
            int from = Integer.parseInt(path.query().getOrDefault("continue", "0"));
            int limit = Integer.parseInt(path.query().getOrDefault("limit", String.valueOf(Integer.MAX_VALUE)));
            selected.stream().skip(from).limit(limit).forEach(items::add);
            if (selected.size() - from > limit) {
                metadata.put("continue", String.valueOf(from + limit));
            }
            send(exchange, 200, list);
        } else {
            send(
                    exchange,
                    200,
                    objects.get(path.kind(), path.namespace(), path.name())
                            .orElseThrow(() -> ApiFailure.notFound(path.plural(), path.name())));
        }
    }

    /** Until the client or the server goes. An object that leaves the selection is deleted for the watch. */
    private void watch(HttpExchange exchange, ResourcePath path) throws IOException, InterruptedException {
        var pending = new LinkedBlockingQueue<Change>();
        var selected = selector(path);
        var end = objects.watch(Long.parseLong(path.query().getOrDefault("resourceVersion", "0")), change -> {
            if (change.kind().equals(path.kind())
                    && (path.namespace().isEmpty() || change.namespace().equals(path.namespace()))) {
                pending.add(change);
            }
        });
        try {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, 0);
            var out = exchange.getResponseBody();
            while (true) {
                var change = pending.take();
                var type = selected.test(change.object()) ? change.type() : "DELETED";
                var event = JSON.createObjectNode().put("type", type);
                event.set("object", change.object());
                out.write((event + "\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
        } finally {
            end.run();
        }
    }

    private ObjectNode write(HttpExchange exchange, ResourcePath path, byte[] body) throws IOException {
        var method = exchange.getRequestMethod();
        if (method.equals("DELETE")) {
            var options = body.length == 0 ? JSON.createObjectNode() : JSON.readTree(body);
            var uid = options.at("/preconditions/uid");
            return objects.delete(
                    path.kind(),
                    path.namespace(),
                    path.name(),
                    uid.isMissingNode() ? Optional.empty() : Optional.of(uid.asText()));
        }
        var type = String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type"));
        var sent = (type.contains("yaml") ? YAML : JSON).readTree(body);
        if (path.plural().equals("selfsubjectrulesreviews")) {
            return allRights((ObjectNode) sent);
        }
        if (path.subresource().equals("eviction")) {
            return objects.delete(path.kind(), path.namespace(), path.name(), Optional.empty());
        }
        if (method.equals("POST")) {
            return objects.create(path.kind(), created(path, (ObjectNode) sent));
        }
        boolean ofStatus = path.subresource().equals("status");
        if (ofStatus && !type.contains("json-patch")) {
            checkStatus(sent);
        }
        if (type.contains("apply-patch")) {
            var configuration = (ObjectNode) sent;
            namespaced(path, configuration);
            return objects.apply(
                    path.kind(),
                    path.namespace(),
                    path.name(),
                    path.query().getOrDefault("fieldManager", ""),
                    configuration,
                    ofStatus);
        }
        return objects.update(
                path.kind(),
                path.namespace(),
                path.name(),
                before -> changed(
                        before, method.equals("PUT") ? (ObjectNode) sent : patched(before, sent, type), ofStatus),
                true);
    }

    private static void checkStatus(JsonNode sent) {
        var violations = STATUSES.violations(
                sent.path("apiVersion").asText(), sent.path("kind").asText(), sent.path("status"));
        if (!violations.isEmpty()) {
            throw new ApiFailure(422, "Invalid", String.join("; ", violations));
        }
    }

    /** Everybody may do everything. */
    private static ObjectNode allRights(ObjectNode review) {
        var rule = review.putObject("status").putArray("resourceRules").addObject();
        List.of("verbs", "apiGroups", "resources")
                .forEach(field -> rule.putArray(field).add("*"));
        return review;
    }

    private static ObjectNode created(ResourcePath path, ObjectNode object) {
        namespaced(path, object);
        return object;
    }

    private static void namespaced(ResourcePath path, ObjectNode object) {
        if (!path.namespace().isEmpty()) {
            ((ObjectNode) object.get("metadata")).put("namespace", path.namespace());
        }
    }

    /** A write of the status changes that alone, and one of the object all else. */
    private static ObjectNode changed(ObjectNode before, ObjectNode next, boolean ofStatus) {
        var result = ofStatus ? before.deepCopy() : next.deepCopy();
        var status = ofStatus ? next.get("status") : before.get("status");
        if (ofStatus && next.at("/metadata/resourceVersion").isTextual()) {
            ((ObjectNode) result.get("metadata")).set("resourceVersion", next.at("/metadata/resourceVersion"));
        }
        if (status == null) {
            result.remove("status");
        } else {
            result.set("status", status);
        }
        return result;
    }

    private static ObjectNode patched(ObjectNode before, JsonNode patch, String type) {
        if (type.contains("json-patch")) {
            return JsonPatches.apply(before, patch);
        }
        var result = before.deepCopy();
        merge(result, patch);
        return result;
    }

    /** RFC 7386. */
    private static void merge(ObjectNode object, JsonNode patch) {
        patch.fields().forEachRemaining(field -> {
            var value = field.getValue();
            if (value.isNull()) {
                object.remove(field.getKey());
            } else if (value.isObject() && object.get(field.getKey()) instanceof ObjectNode inner) {
                merge(inner, value);
            } else {
                object.set(field.getKey(), value);
            }
        });
    }

    /** Equality of labels, presence of labels, and the name. */
    private static Predicate<ObjectNode> selector(ResourcePath path) {
        Predicate<ObjectNode> selected = object -> true;
        for (var term : terms(path, "labelSelector")) {
            var pair = term.split("==?", 2);
            selected = selected.and(object -> {
                var label = object.at("/metadata/labels").path(pair[0]);
                return pair.length == 1
                        ? !label.isMissingNode()
                        : label.asText().equals(pair[1]);
            });
        }
        for (var term : terms(path, "fieldSelector")) {
            var pair = term.split("==?", 2);
            selected = selected.and(object ->
                    object.at("/" + pair[0].replace('.', '/')).asText().equals(pair[1]));
        }
        return selected;
    }

    private static List<String> terms(ResourcePath path, String parameter) {
        var text = path.query().getOrDefault(parameter, "");
        return text.isEmpty() ? List.of() : Arrays.asList(text.split(","));
    }

    private static void send(HttpExchange exchange, int code, JsonNode body) throws IOException {
        byte[] bytes;
        try {
            bytes = JSON.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
