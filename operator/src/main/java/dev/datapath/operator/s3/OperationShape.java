package dev.datapath.operator.s3;

import dev.datapath.api.v1alpha1.S3Operation;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The wire form of requests for an S3 action: method, scope of the address, the required query parameters, and whether
 * it has a copy source. Source: the request syntax of each action in the Amazon S3 API reference.
 *
 * @param operation the action
 * @param method HTTP method
 * @param scope what the address names: service, bucket or object
 * @param query names of required query parameters, with or without a value
 * @param copySource whether {@code x-amz-copy-source} must be present or absent
 */
public record OperationShape(S3Operation operation, String method, Scope scope, List<String> query, Copy copySource) {

    /** The requirement on the header {@code x-amz-copy-source}. */
    public enum Copy {
        WITH,
        WITHOUT,
        EITHER
    }

    private static final Map<S3Operation, OperationShape> ALL = table();

    /** The shape of an action. */
    public static OperationShape of(S3Operation operation) {
        var shape = ALL.get(operation);
        if (shape == null) {
            throw new IllegalStateException("no wire shape for " + operation);
        }
        return shape;
    }

    /** All shapes, in the order of their actions. */
    public static List<OperationShape> all() {
        return List.copyOf(ALL.values());
    }

    /** Whether the method is safe (RFC 9110, 9.2.1). */
    public boolean safe() {
        return method.equals("GET") || method.equals("HEAD");
    }

    /** The shapes of a method and scope; they differ only in their query. */
    public static List<OperationShape> of(String method, Scope scope) {
        return ALL.values().stream()
                .filter(shape -> shape.method.equals(method) && shape.scope == scope)
                .toList();
    }

    /**
     * Names of query parameters that turn a request of this shape into another action, sorted. A request has this shape
     * only when none of them is present.
     */
    public Set<String> excludedQuery() {
        var names = new TreeSet<String>();
        for (var other : of(method, scope)) {
            if (other.operation != operation && !other.query.equals(query) && other.query.containsAll(query)) {
                other.query.stream()
                        .filter(name -> !query.contains(name))
                        .findFirst()
                        .ifPresent(names::add);
            }
        }
        return Collections.unmodifiableSet(names);
    }

    private static Map<S3Operation, OperationShape> table() {
        var table = new EnumMap<S3Operation, OperationShape>(S3Operation.class);
        for (var operation : S3Operation.values()) {
            table.put(operation, shape(operation));
        }
        return Collections.unmodifiableMap(table);
    }

    private static OperationShape shape(S3Operation operation) {
        return switch (operation) {
            case GetObject -> object(operation, "GET");
            case HeadObject -> object(operation, "HEAD");
            case GetObjectAcl -> object(operation, "GET", "acl");
            case GetObjectAttributes -> object(operation, "GET", "attributes");
            case GetObjectLegalHold -> object(operation, "GET", "legal-hold");
            case GetObjectRetention -> object(operation, "GET", "retention");
            case GetObjectTagging -> object(operation, "GET", "tagging");
            case GetObjectTorrent -> object(operation, "GET", "torrent");
            case SelectObjectContent -> object(operation, "POST", "select", "select-type");
            case PutObject -> object(operation, "PUT").copying(Copy.WITHOUT);
            case CopyObject -> object(operation, "PUT").copying(Copy.WITH);
            case PutObjectAcl -> object(operation, "PUT", "acl");
            case PutObjectLegalHold -> object(operation, "PUT", "legal-hold");
            case PutObjectRetention -> object(operation, "PUT", "retention");
            case PutObjectTagging -> object(operation, "PUT", "tagging");
            case RestoreObject -> object(operation, "POST", "restore");
            case DeleteObject -> object(operation, "DELETE");
            case DeleteObjectTagging -> object(operation, "DELETE", "tagging");
            case CreateMultipartUpload -> object(operation, "POST", "uploads");
            case UploadPart ->
                object(operation, "PUT", "partNumber", "uploadId").copying(Copy.WITHOUT);
            case UploadPartCopy ->
                object(operation, "PUT", "partNumber", "uploadId").copying(Copy.WITH);
            case CompleteMultipartUpload -> object(operation, "POST", "uploadId");
            case AbortMultipartUpload -> object(operation, "DELETE", "uploadId");
            case ListParts -> object(operation, "GET", "uploadId");
            case ListBuckets -> new OperationShape(operation, "GET", Scope.SERVICE, List.of(), Copy.EITHER);
            case ListObjects -> bucket(operation, "GET");
            case ListObjectsV2 -> bucket(operation, "GET", "list-type");
            case ListObjectVersions -> bucket(operation, "GET", "versions");
            case ListMultipartUploads -> bucket(operation, "GET", "uploads");
            case HeadBucket -> bucket(operation, "HEAD");
            case CreateBucket -> bucket(operation, "PUT");
            case DeleteBucket -> bucket(operation, "DELETE");
            case PostObject -> bucket(operation, "POST");
            case DeleteObjects -> bucket(operation, "POST", "delete");
            case GetBucketLocation -> bucket(operation, "GET", "location");
            case ListBucketAnalyticsConfigurations -> bucket(operation, "GET", "analytics");
            case ListBucketIntelligentTieringConfigurations -> bucket(operation, "GET", "intelligent-tiering");
            case ListBucketInventoryConfigurations -> bucket(operation, "GET", "inventory");
            case ListBucketMetricsConfigurations -> bucket(operation, "GET", "metrics");
            default -> configuration(operation);
        };
    }

    /** Bucket configuration: {@code Get…}, {@code Put…} or {@code Delete…} of a subresource. */
    private static OperationShape configuration(S3Operation operation) {
        var name = operation.name();
        var method = name.startsWith("Get") ? "GET" : name.startsWith("Put") ? "PUT" : "DELETE";
        var subject = name.substring(method.equals("DELETE") ? 6 : 3).replaceFirst("^Bucket", "");
        var query = switch (subject) {
            case "AccelerateConfiguration" -> List.of("accelerate");
            case "Acl" -> List.of("acl");
            case "AnalyticsConfiguration" -> List.of("analytics", "id");
            case "Cors" -> List.of("cors");
            case "Encryption" -> List.of("encryption");
            case "IntelligentTieringConfiguration" -> List.of("intelligent-tiering", "id");
            case "InventoryConfiguration" -> List.of("inventory", "id");
            case "Lifecycle", "LifecycleConfiguration" -> List.of("lifecycle");
            case "Logging" -> List.of("logging");
            case "MetricsConfiguration" -> List.of("metrics", "id");
            case "NotificationConfiguration" -> List.of("notification");
            case "ObjectLockConfiguration" -> List.of("object-lock");
            case "OwnershipControls" -> List.of("ownershipControls");
            case "Policy" -> List.of("policy");
            case "PolicyStatus" -> List.of("policyStatus");
            case "PublicAccessBlock" -> List.of("publicAccessBlock");
            case "Replication" -> List.of("replication");
            case "RequestPayment" -> List.of("requestPayment");
            case "Tagging" -> List.of("tagging");
            case "Versioning" -> List.of("versioning");
            case "Website" -> List.of("website");
            default -> throw new IllegalStateException("no wire shape for " + operation);
        };
        return new OperationShape(operation, method, Scope.BUCKET, query, Copy.EITHER);
    }

    private static OperationShape object(S3Operation operation, String method, String... query) {
        return new OperationShape(operation, method, Scope.OBJECT, Arrays.asList(query), Copy.EITHER);
    }

    private static OperationShape bucket(S3Operation operation, String method, String... query) {
        return new OperationShape(operation, method, Scope.BUCKET, Arrays.asList(query), Copy.EITHER);
    }

    private OperationShape copying(Copy copy) {
        return new OperationShape(operation, method, scope, query, copy);
    }

    /** Copies the list, which makes the record immutable. */
    public OperationShape {
        query = List.copyOf(query);
    }
}
