package dev.datapath.e2e.k3s;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/**
 * The requests of operators that the API server has answered, in its own words. A watch stands in it when it has ended.
 *
 * @param requests in their order
 */
public record AuditLog(List<Request> requests) {
    static final String FILE = "/var/log/audit.log";
    static final String POLICY_FILE = "/etc/rancher/k3s/audit.yaml";
    static final String POLICY = """
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived, ResponseStarted]
            rules:
              - level: Metadata
                userGroups: ["system:serviceaccounts:%s"]
              - level: None
            """.formatted(Installation.NAMESPACE);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> WRITES = List.of("create", "update", "patch", "delete", "deletecollection");

    public AuditLog {
        requests = List.copyOf(requests);
    }

    /**
     * One request.
     *
     * @param verb such as {@code list}
     * @param resource such as {@code deployments} or {@code storagepools/status}; empty when it is about none
     * @param namespace empty when it is about all, or none
     * @param name empty when it is about several
     * @param code of the answer
     */
    public record Request(String verb, String resource, String namespace, String name, int code) {
        /** Whether it changes something. */
        public boolean writes() {
            return WRITES.contains(verb);
        }

        /** Whether it is about who leads. */
        public boolean ofTheElection() {
            return resource.equals("leases");
        }
    }

    /** What came after another look. */
    public AuditLog since(AuditLog before) {
        return new AuditLog(requests.subList(before.requests.size(), requests.size()));
    }

    static AuditLog parse(String lines) {
        return new AuditLog(lines.lines().map(AuditLog::request).toList());
    }

    private static Request request(String line) {
        try {
            var event = JSON.readTree(line);
            var object = event.path("objectRef");
            var subresource = text(object, "subresource");
            return new Request(
                    text(event, "verb"),
                    text(object, "resource") + (subresource.isEmpty() ? "" : "/" + subresource),
                    text(object, "namespace"),
                    text(object, "name"),
                    event.path("responseStatus").path("code").asInt());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not an audit event: " + line, e);
        }
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asText("");
    }
}
