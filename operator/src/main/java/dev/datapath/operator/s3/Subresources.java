package dev.datapath.operator.s3;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The names of query parameters that select an action. All come from {@link OperationShape}, except those of actions
 * that only some stores have.
 */
public final class Subresources {

    /** Selects one of several configurations; has no meaning without the parameter that names their kind. */
    private static final String CONFIGURATION_ID = "id";

    /**
     * Parameters of writes that only some stores support: RenameObject, sessions and metadata tables of Amazon S3 and
     * SeaweedFS, {@code mdsearch} of Ceph, {@code replication-reset} of MinIO.
     */
    private static final Set<String> OF_SOME_STORES = Set.of(
            "renameObject", "session", "metadataConfiguration", "metadataTable", "mdsearch", "replication-reset");

    /** Parameters of bucket listings that some stores accept with any path: SeaweedFS, VersityGW. */
    private static final Set<String> OF_ANY_PATH = Set.of("uploads", "versions");

    private static final Set<String> OF_READS =
            names(OperationShape.all().stream().filter(OperationShape::safe));

    /**
     * By method and scope: the parameters that every store either handles as the action that they name or rejects. Any
     * other parameter is ignored by some store, which then performs the request without it: Ceph responds to {@code GET
     * ?torrent} with the object, and MinIO removes the bucket for {@code DELETE ?inventory}. Source: the routers of
     * MinIO (cmd/api-router.go), Ceph (src/rgw/rgw_rest_s3.cc), SeaweedFS (weed/s3api/s3api_server.go), S3Proxy
     * (S3ProxyHandler.java) and VersityGW (s3api/router.go).
     */
    private static final Map<String, Set<String>> DECISIVE = Map.of(
            "GET" + Scope.OBJECT, Set.of("acl", "legal-hold", "retention", "tagging", "uploadId"),
            "PUT" + Scope.OBJECT, Set.of("acl", "legal-hold", "retention", "tagging", "uploadId"),
            "DELETE" + Scope.OBJECT, Set.of("tagging", "uploadId"),
            "GET" + Scope.BUCKET,
                    without(
                            OF_READS,
                            "accelerate",
                            "analytics",
                            "attributes",
                            "intelligent-tiering",
                            "inventory",
                            "legal-hold",
                            "metrics",
                            "ownershipControls",
                            "retention",
                            "torrent",
                            "uploadId"),
            "PUT" + Scope.BUCKET,
                    Set.of("acl", "cors", "encryption", "lifecycle", "object-lock", "policy", "tagging", "versioning"),
            "POST" + Scope.BUCKET, Set.of("delete"),
            "DELETE" + Scope.BUCKET, Set.of("cors", "encryption", "lifecycle", "policy", "tagging"));

    private Subresources() {}

    /** The parameters of every method and store. */
    public static Set<String> all() {
        var names = new TreeSet<String>(OF_SOME_STORES);
        names.addAll(names(OperationShape.all().stream()));
        return Collections.unmodifiableSet(names);
    }

    /** The parameters of GET. */
    public static Set<String> ofReads() {
        return OF_READS;
    }

    /** The parameters of GET with a key. The request reads no object when one of them is present. */
    public static Set<String> ofObjectReads() {
        var names = new TreeSet<>(names(OperationShape.of("GET", Scope.OBJECT).stream()));
        names.addAll(OF_ANY_PATH);
        return Collections.unmodifiableSet(names);
    }

    /** Whether some stores apply the parameters to the bucket even though the path has a key. */
    public static boolean ofAnyPath(Collection<String> query) {
        return OF_ANY_PATH.containsAll(query);
    }

    /** Whether the parameter only selects one of several configurations. */
    public static boolean picksConfiguration(String name) {
        return name.equals(CONFIGURATION_ID);
    }

    /**
     * The names that alone turn a request into another action, of all shapes of a method and scope with one such name.
     */
    public static Set<String> single(String method, Scope scope) {
        return names(OperationShape.of(method, scope).stream()
                .filter(shape -> shape.query().stream()
                                .filter(name -> !picksConfiguration(name))
                                .count()
                        == 1));
    }

    /**
     * The parameters with which no store treats a request as the action without parameters, such as GetObject or
     * DeleteBucket.
     */
    public static Set<String> decisive(String method, Scope scope) {
        return DECISIVE.getOrDefault(method + scope, Set.of());
    }

    private static Set<String> names(Stream<OperationShape> shapes) {
        return shapes.flatMap(shape -> shape.query().stream())
                .filter(name -> !picksConfiguration(name))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> without(Set<String> names, String... removed) {
        var rest = new TreeSet<>(names);
        Set.of(removed).forEach(rest::remove);
        return Collections.unmodifiableSet(rest);
    }
}
