import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.zjsonpatch.JsonPatch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * As much of a Kubernetes API server as an operator needs to go once through all it does, so that its JVM can note which
 * classes that takes. It stores what it is sent and knows nothing of what it stores; nothing ever changes by itself.
 *
 * <p>Run from its source, with the operator's libraries on the class path: {@code java -cp 'lib/*' ApiServer.java HOST FILE}.
 * The YAML file holds the objects that are there from the start. The port is printed; requests are listed on standard error.
 */
final class ApiServer {
    /** The group's version, the namespace, the collection, the name, the subresource. */
    private static final Pattern PATH =
            Pattern.compile("/apis?/((?:[^/]+/)?v[^/]+)(?:/namespaces/([^/]+))?/([^/]+)(?:/([^/]+))?(?:/([^/]+))?");

    private static final Pattern NAME = Pattern.compile("fieldSelector=metadata\\.name=([^&,]+)");
    private static final String EVERYTHING_IS_ALLOWED =
            """
            {"kind": "SelfSubjectRulesReview", "apiVersion": "authorization.k8s.io/v1",
             "status": {"incomplete": false, "nonResourceRules": [],
                        "resourceRules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}}
            """;

    private final ObjectMapper json = new ObjectMapper();
    private final YAMLMapper yaml = new YAMLMapper();
    private final Map<String, ObjectNode> objects = new TreeMap<>();
    private long version = 1000;

    public static void main(String[] args) throws IOException {
        var api = new ApiServer();
        try (var documents = api.yaml.readerFor(ObjectNode.class).<ObjectNode>readValues(Path.of(args[1]).toFile())) {
            documents.forEachRemaining(api::store);
        }
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getByName(args[0]), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", api::handle);
        server.start();
        System.out.println(server.getAddress().getPort());
    }

    private void handle(HttpExchange exchange) throws IOException {
        var uri = exchange.getRequestURI();
        var path = PATH.matcher(uri.getPath());
        var body = exchange.getRequestBody().readAllBytes();
        if (!path.matches()) {
            answer(exchange, 404, status("Failure"));
        } else if (path.group(3).equals("selfsubjectrulesreviews")) {
            answer(exchange, 201, json.readTree(EVERYTHING_IS_ALLOWED));
        } else if (exchange.getRequestHeaders().containsKey("Upgrade")) {
            // A client that would like a WebSocket goes on with a plain stream.
            answer(exchange, 200, status("Success"));
        } else if (uri.getQuery() != null && uri.getQuery().contains("watch=true")) {
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().flush();
        } else {
            answerAtOnce(exchange, path, body);
        }
    }

    private synchronized void answerAtOnce(HttpExchange exchange, Matcher path, byte[] body) throws IOException {
        var key = path.group(1) + "/" + path.group(2) + "/" + path.group(3) + "/" + path.group(4);
        var there = objects.get(key);
        switch (exchange.getRequestMethod()) {
            case "GET" -> {
                if (path.group(4) == null) {
                    answer(exchange, 200, list(exchange, path));
                } else {
                    answer(exchange, there == null ? 404 : 200, there == null ? status("Failure") : there);
                }
            }
            case "POST" -> answer(exchange, 201, store((ObjectNode) json.readTree(body)));
            case "PUT" -> answer(exchange, 200, store((ObjectNode) json.readTree(body)));
            case "PATCH" -> {
                var patch = yaml.readTree(body);
                var next = patch.isArray() ? JsonPatch.apply(patch, there) : patch;
                answer(exchange, 200, path.group(5) == null ? store((ObjectNode) next) : next);
            }
            default -> answer(exchange, 200, status("Success"));
        }
    }

    private ObjectNode list(HttpExchange exchange, Matcher path) {
        var answer = json.createObjectNode().put("kind", "List").put("apiVersion", path.group(1));
        answer.putObject("metadata").put("resourceVersion", Long.toString(version));
        var items = answer.putArray("items");
        var name = NAME.matcher(String.valueOf(exchange.getRequestURI().getQuery()));
        var wanted = Pattern.compile(Pattern.quote(path.group(1) + "/")
                + (path.group(2) == null ? "[^/]+" : Pattern.quote(path.group(2)))
                + Pattern.quote("/" + path.group(3) + "/")
                + (name.find() ? Pattern.quote(name.group(1)) : "[^/]+"));
        objects.forEach((key, object) -> {
            if (wanted.matcher(key).matches()) {
                items.add(object);
            }
        });
        return answer;
    }

    private ObjectNode store(ObjectNode object) {
        version++;
        var metadata = object.withObject("/metadata");
        metadata.put("resourceVersion", Long.toString(version))
                .put("generation", 1)
                .put("uid", "00000000-0000-0000-0000-%012d".formatted(version))
                .put("creationTimestamp", "2026-01-01T00:00:00Z");
        var kind = object.path("kind").asText().toLowerCase(Locale.ROOT);
        var collection = kind.endsWith("y") ? kind.substring(0, kind.length() - 1) + "ies" : kind + "s";
        objects.put(
                object.path("apiVersion").asText() + "/" + metadata.path("namespace").asText(null) + "/" + collection
                        + "/" + metadata.path("name").asText(),
                object);
        return object;
    }

    private ObjectNode status(String status) {
        return json.createObjectNode()
                .put("kind", "Status")
                .put("apiVersion", "v1")
                .put("status", status)
                .put("reason", "NotFound")
                .put("code", status.equals("Success") ? 200 : 404);
    }

    private void answer(HttpExchange exchange, int code, JsonNode body) throws IOException {
        System.err.println(code + " " + exchange.getRequestMethod() + " " + exchange.getRequestURI());
        var bytes = json.writeValueAsBytes(body);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
