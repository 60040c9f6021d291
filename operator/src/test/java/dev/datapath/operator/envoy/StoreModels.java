package dev.datapath.operator.envoy;

import dev.datapath.api.v1alpha1.S3Operation;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * What stores do with a request, written from their routers and not from this gateway's table:
 *
 * <ul>
 *   <li>MinIO: cmd/api-router.go at 7aac2a2c5b7c, paths and sources as cmd/generic-handlers.go and
 *       cmd/object-handlers.go read them;
 *   <li>Ceph RGW: src/rgw/rgw_rest_s3.cc at 6f7634b27f0b ({@code op_get}, {@code op_put}, … and {@code init}),
 *       RGWCopyObj::parse_copy_location in rgw_op.cc;
 *   <li>SeaweedFS: weed/s3api/s3api_server.go at cc8364a03ebf, older versions resolve dots;
 *   <li>S3Proxy: S3ProxyHandler.java at f8859ad65fe6;
 *   <li>VersityGW: s3api/router.go at 5d9d54802d89.
 * </ul>
 *
 * A model that accepts more than its store is safe here; authentication is left out.
 */
final class StoreModels {

    /** An action of a store; the key is empty for a bucket, the bucket for the service. */
    record Effect(S3Operation operation, String bucket, String key) {}

    private record Parsed(
            String method, String bucket, String key, Map<String, String> query, Map<String, String> headers) {

        boolean has(String name) {
            return query.containsKey(name);
        }

        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        boolean form() {
            return header("content-type").contains("multipart/form-data");
        }
    }

    /** All of them. */
    static final Map<String, BiFunction<RouteInterpreter.Request, String, List<Effect>>> ALL = Map.of(
            "MinIO", StoreModels::minio,
            "Ceph", StoreModels::ceph,
            "SeaweedFS", StoreModels::seaweedfs,
            "S3Proxy", StoreModels::s3proxy,
            "VersityGW", StoreModels::versitygw);

    private StoreModels() {}

    private static List<Effect> minio(RouteInterpreter.Request request, String domain) {
        var path = rawPath(request, domain);
        if (resolves(decode(path, false))) {
            return List.of();
        }
        var query = query(request.path(), "[&;]", false);
        var p = parsed(request, path, query, false);
        boolean copies = p.header(Names.COPY_SOURCE).matches(".*(/|%2F).*");
        if (p.bucket().isEmpty()) {
            return service(p, p.method().equals("GET"));
        }
        S3Operation operation = null;
        if (!p.key().isEmpty()) {
            operation = switch (p.method()) {
                case "HEAD" -> S3Operation.HeadObject;
                case "GET" -> {
                    if (p.has("torrent")) {
                        yield null;
                    }
                    yield first(
                            p,
                            S3Operation.GetObject,
                            "attributes",
                            S3Operation.GetObjectAttributes,
                            "uploadId",
                            S3Operation.ListParts,
                            "acl",
                            S3Operation.GetObjectAcl,
                            "tagging",
                            S3Operation.GetObjectTagging,
                            "retention",
                            S3Operation.GetObjectRetention,
                            "legal-hold",
                            S3Operation.GetObjectLegalHold);
                }
                case "PUT" -> {
                    if (p.has("torrent")) {
                        yield null;
                    }
                    if (p.has("partNumber") && p.has("uploadId")) {
                        yield copies ? S3Operation.UploadPartCopy : S3Operation.UploadPart;
                    }
                    if (p.has("acl")) {
                        yield S3Operation.PutObjectAcl;
                    }
                    if (p.has("tagging")) {
                        yield S3Operation.PutObjectTagging;
                    }
                    if (copies) {
                        yield S3Operation.CopyObject;
                    }
                    yield first(
                            p,
                            S3Operation.PutObject,
                            "retention",
                            S3Operation.PutObjectRetention,
                            "legal-hold",
                            S3Operation.PutObjectLegalHold);
                }
                case "DELETE" ->
                    p.has("torrent") || p.has("acl")
                            ? null
                            : first(
                                    p,
                                    S3Operation.DeleteObject,
                                    "uploadId",
                                    S3Operation.AbortMultipartUpload,
                                    "tagging",
                                    S3Operation.DeleteObjectTagging);
                case "POST" ->
                    p.has("uploadId")
                            ? S3Operation.CompleteMultipartUpload
                            : p.has("uploads")
                                    ? S3Operation.CreateMultipartUpload
                                    : p.has("select") && "2".equals(p.query().get("select-type"))
                                            ? S3Operation.SelectObjectContent
                                            : p.has("restore")
                                                    ? S3Operation.RestoreObject
                                                    : p.form()
                                                            ? S3Operation.PostObject
                                                            : p.has("delete") ? S3Operation.DeleteObjects : null;
                default -> null;
            };
        } else {
            operation = switch (p.method()) {
                case "HEAD" -> S3Operation.HeadBucket;
                case "GET" ->
                    listing(
                            p,
                            "location",
                            "policy",
                            "lifecycle",
                            "encryption",
                            "object-lock",
                            "replication",
                            "versioning",
                            "notification",
                            "acl",
                            "cors",
                            "website",
                            "accelerate",
                            "requestPayment",
                            "logging",
                            "tagging",
                            "uploads",
                            "list-type=2",
                            "versions",
                            "policyStatus",
                            "inventory",
                            "metrics",
                            "publicAccessBlock",
                            "ownershipControls",
                            "intelligent-tiering",
                            "analytics");
                case "PUT" ->
                    bucket(
                            p,
                            S3Operation.CreateBucket,
                            "acl",
                            "cors",
                            "lifecycle",
                            "replication",
                            "encryption",
                            "policy",
                            "object-lock",
                            "tagging",
                            "versioning",
                            "notification",
                            "replication-reset");
                case "DELETE" ->
                    bucket(
                            p,
                            S3Operation.DeleteBucket,
                            "cors",
                            "website",
                            "tagging",
                            "policy",
                            "replication",
                            "lifecycle",
                            "encryption");
                case "POST" -> p.form() ? S3Operation.PostObject : p.has("delete") ? S3Operation.DeleteObjects : null;
                default -> null;
            };
        }
        // url.Parse: a source may be a URL, of which only the path counts.
        var source = p.header(Names.COPY_SOURCE).split(",")[0].replaceFirst("^(?:[a-z]+:)?//[^/]*", "");
        return effects(p, operation, decode(source.split("\\?")[0], false));
    }

    private static List<Effect> ceph(RouteInterpreter.Request request, String domain) {
        var query = query(request.path(), "&", true);
        var p = parsed(request, rawPath(request, domain), query, false);
        var bucket = p.bucket().replaceFirst("^[^:]*:", "");
        p = new Parsed(p.method(), bucket, p.key(), p.query(), p.headers());
        var parts = p.header(Names.COPY_SOURCE).split(",");
        var copySource = parts[parts.length - 1];
        if (p.bucket().isEmpty()) {
            return service(p, p.method().equals("GET") || p.method().equals("HEAD"));
        }
        S3Operation operation = null;
        if (!p.key().isEmpty()) {
            operation = switch (p.method()) {
                // The answer has no body: whatever the query, it says what HeadObject says.
                case "HEAD" -> S3Operation.HeadObject;
                case "GET" ->
                    first(
                            p,
                            S3Operation.GetObject,
                            "acl",
                            S3Operation.GetObjectAcl,
                            "uploadId",
                            S3Operation.ListParts,
                            "tagging",
                            S3Operation.GetObjectTagging,
                            "retention",
                            S3Operation.GetObjectRetention,
                            "legal-hold",
                            S3Operation.GetObjectLegalHold);
                case "PUT" -> {
                    var put = first(
                            p,
                            S3Operation.PutObject,
                            "acl",
                            S3Operation.PutObjectAcl,
                            "tagging",
                            S3Operation.PutObjectTagging,
                            "retention",
                            S3Operation.PutObjectRetention,
                            "legal-hold",
                            S3Operation.PutObjectLegalHold);
                    boolean part = p.has("uploadId") && p.has("partNumber");
                    boolean copies = copySource.contains("/")
                            || decode(copySource, false).contains("/");
                    yield put != S3Operation.PutObject
                            ? put
                            : part
                                    ? copies ? S3Operation.UploadPartCopy : S3Operation.UploadPart
                                    : copies && !p.has("uploadId") ? S3Operation.CopyObject : put;
                }
                case "DELETE" ->
                    p.has("tagging")
                            ? S3Operation.DeleteObjectTagging
                            : p.query().getOrDefault("uploadId", "").isEmpty()
                                    ? S3Operation.DeleteObject
                                    : S3Operation.AbortMultipartUpload;
                case "POST" ->
                    first(
                            p,
                            S3Operation.PostObject,
                            "uploadId",
                            S3Operation.CompleteMultipartUpload,
                            "uploads",
                            S3Operation.CreateMultipartUpload,
                            "select-type",
                            S3Operation.SelectObjectContent);
                default -> null;
            };
            if (operation == S3Operation.PostObject && !p.form()) {
                operation = null;
            }
        } else {
            operation = switch (p.method()) {
                case "HEAD" -> S3Operation.HeadBucket;
                case "GET" -> {
                    if (p.has("encryption")) {
                        yield null;
                    }
                    var type = p.query().getOrDefault("list-type", "1").replaceFirst("^0+", "");
                    var listing = bucket(
                            p,
                            S3Operation.ListObjects,
                            "logging",
                            "location",
                            "versioning",
                            "website",
                            "acl",
                            "cors",
                            "requestPayment",
                            "uploads",
                            "lifecycle",
                            "policy",
                            "tagging",
                            "object-lock",
                            "notification",
                            "replication",
                            "policyStatus",
                            "publicAccessBlock",
                            "versions");
                    yield listing == S3Operation.ListObjects && type.equals("2") ? S3Operation.ListObjectsV2 : listing;
                }
                case "PUT" ->
                    p.has("logging") || p.has("encryption")
                            ? null
                            : bucket(
                                    p,
                                    S3Operation.CreateBucket,
                                    "versioning",
                                    "website",
                                    "tagging",
                                    "acl",
                                    "cors",
                                    "requestPayment",
                                    "lifecycle",
                                    "policy",
                                    "object-lock",
                                    "notification",
                                    "replication",
                                    "publicAccessBlock");
                case "DELETE" ->
                    p.has("logging") || p.has("encryption")
                            ? null
                            : bucket(
                                    p,
                                    S3Operation.DeleteBucket,
                                    "tagging",
                                    "cors",
                                    "lifecycle",
                                    "policy",
                                    "notification",
                                    "replication",
                                    "publicAccessBlock",
                                    "website",
                                    "mdsearch");
                case "POST" ->
                    p.has("delete")
                            ? S3Operation.DeleteObjects
                            : p.form() && !p.has("mdsearch") ? S3Operation.PostObject : null;
                default -> null;
            };
        }
        var source = decode(copySource.split("\\?")[0], false).replaceFirst("^/?[^/:]*:", "");
        return effects(p, operation, source);
    }

    private static List<Effect> seaweedfs(RouteInterpreter.Request request, String domain) {
        var path = rawPath(request, domain);
        var p = parsed(request, clean(decode(path, false)), query(request.path(), "[&;]", false), true);
        boolean copies = p.header(Names.COPY_SOURCE).matches("(?i).*(/|%2F).*");
        if (p.bucket().isEmpty()) {
            return service(p, p.method().equals("GET"));
        }
        S3Operation operation = null;
        if (!p.key().isEmpty()) {
            operation = switch (p.method()) {
                case "HEAD" -> S3Operation.HeadObject;
                case "GET" ->
                    first(
                            p,
                            S3Operation.GetObject,
                            "uploadId",
                            S3Operation.ListParts,
                            "uploads",
                            S3Operation.ListMultipartUploads,
                            "attributes",
                            S3Operation.GetObjectAttributes,
                            "tagging",
                            S3Operation.GetObjectTagging,
                            "acl",
                            S3Operation.GetObjectAcl,
                            "retention",
                            S3Operation.GetObjectRetention,
                            "legal-hold",
                            S3Operation.GetObjectLegalHold);
                case "PUT" -> {
                    if (p.query().getOrDefault("partNumber", "").matches("[0-9]+") && p.has("uploadId")) {
                        yield copies ? S3Operation.UploadPartCopy : S3Operation.UploadPart;
                    }
                    // RenameObject writes this key; what it removes is an effect of its own.
                    if (p.has("renameObject") && !p.has("tagging")) {
                        yield S3Operation.PutObject;
                    }
                    yield first(
                            p,
                            copies ? S3Operation.CopyObject : S3Operation.PutObject,
                            "tagging",
                            S3Operation.PutObjectTagging,
                            "acl",
                            S3Operation.PutObjectAcl,
                            "retention",
                            S3Operation.PutObjectRetention,
                            "legal-hold",
                            S3Operation.PutObjectLegalHold);
                }
                case "DELETE" ->
                    first(
                            p,
                            S3Operation.DeleteObject,
                            "uploadId",
                            S3Operation.AbortMultipartUpload,
                            "tagging",
                            S3Operation.DeleteObjectTagging);
                case "POST" ->
                    p.has("uploadId")
                            ? S3Operation.CompleteMultipartUpload
                            : p.has("uploads")
                                    ? S3Operation.CreateMultipartUpload
                                    : p.has("delete")
                                            ? S3Operation.DeleteObjects
                                            : p.form() ? S3Operation.PostObject : null;
                default -> null;
            };
        } else {
            operation = switch (p.method()) {
                case "HEAD" -> S3Operation.HeadBucket;
                // Versions before 4 list the bucket for subresources without a route.
                case "GET" ->
                    listing(
                            p,
                            "uploads",
                            "acl",
                            "policy",
                            "cors",
                            "lifecycle",
                            "location",
                            "requestPayment",
                            "policyStatus",
                            "accelerate",
                            "logging",
                            "notification",
                            "replication",
                            "website",
                            "versioning",
                            "object-lock",
                            "tagging",
                            "encryption",
                            "publicAccessBlock",
                            "list-type=2",
                            "versions");
                case "PUT" ->
                    bucket(
                            p,
                            S3Operation.CreateBucket,
                            "acl",
                            "policy",
                            "cors",
                            "lifecycle",
                            "requestPayment",
                            "versioning",
                            "object-lock",
                            "tagging",
                            "encryption",
                            "publicAccessBlock",
                            "ownershipControls");
                case "DELETE" ->
                    bucket(
                            p,
                            S3Operation.DeleteBucket,
                            "policy",
                            "cors",
                            "lifecycle",
                            "tagging",
                            "encryption",
                            "publicAccessBlock",
                            "ownershipControls");
                case "POST" -> p.has("delete") ? S3Operation.DeleteObjects : p.form() ? S3Operation.PostObject : null;
                default -> null;
            };
        }
        var source =
                clean("/" + decode(p.header(Names.COPY_SOURCE).split(",")[0].split("\\?")[0], false));
        var effects = new ArrayList<>(effects(p, operation, source));
        if (operation == S3Operation.PutObject && p.has("renameObject")) {
            var renamed = clean("/" + decode(p.header("x-amz-rename-source").split("\\?")[0], false));
            effects.addAll(source(S3Operation.GetObject, renamed));
            effects.addAll(source(S3Operation.DeleteObject, renamed));
        }
        return effects;
    }

    private static List<Effect> s3proxy(RouteInterpreter.Request request, String domain) {
        var p = parsed(request, rawPath(request, domain), query(request.path(), "&", false), false);
        for (var name : List.of(
                "accelerate",
                "analytics",
                "cors",
                "inventory",
                "legal-hold",
                "lifecycle",
                "logging",
                "metrics",
                "notification",
                "object-lock",
                "ownershipControls",
                "policyStatus",
                "publicAccessBlock",
                "replication",
                "requestPayment",
                "restore",
                "retention",
                "tagging",
                "torrent",
                "website")) {
            if (p.has(name)) {
                return List.of();
            }
        }
        p = new Parsed(p.method(), p.bucket(), p.key().replace('+', ' '), p.query(), p.headers());
        if (p.bucket().isEmpty()) {
            return service(p, p.method().equals("GET"));
        }
        boolean copies = p.headers().containsKey(Names.COPY_SOURCE);
        boolean object = !p.key().isEmpty();
        if ((p.method().equals("PUT") || p.method().equals("DELETE")) && p.has("policy")) {
            return List.of();
        }
        S3Operation operation = switch (p.method()) {
            case "HEAD" -> object ? S3Operation.HeadObject : S3Operation.HeadBucket;
            case "GET" ->
                object
                        ? first(
                                p,
                                S3Operation.GetObject,
                                "acl",
                                S3Operation.GetObjectAcl,
                                "attributes",
                                S3Operation.GetObjectAttributes,
                                "uploadId",
                                S3Operation.ListParts)
                        : first(
                                p,
                                p.has("list-type") && p.query().get("list-type").equals("2")
                                        ? S3Operation.ListObjectsV2
                                        : S3Operation.ListObjects,
                                "acl",
                                S3Operation.GetBucketAcl,
                                "encryption",
                                S3Operation.GetBucketEncryption,
                                "location",
                                S3Operation.GetBucketLocation,
                                "policy",
                                S3Operation.GetBucketPolicy,
                                "uploads",
                                S3Operation.ListMultipartUploads,
                                "versioning",
                                S3Operation.GetBucketVersioning,
                                "versions",
                                S3Operation.ListObjectVersions);
            case "PUT" -> {
                if (!object) {
                    yield bucket(p, S3Operation.CreateBucket, "acl", "encryption", "versioning");
                }
                if (p.has("uploadId")) {
                    yield copies ? S3Operation.UploadPartCopy : S3Operation.UploadPart;
                }
                yield copies
                        ? p.header(Names.COPY_SOURCE).isEmpty() ? S3Operation.PutObject : S3Operation.CopyObject
                        : first(p, S3Operation.PutObject, "acl", S3Operation.PutObjectAcl);
            }
            case "DELETE" ->
                object
                        ? first(p, S3Operation.DeleteObject, "uploadId", S3Operation.AbortMultipartUpload)
                        : p.has("versioning") || p.has("versions")
                                ? null
                                : bucket(p, S3Operation.DeleteBucket, "encryption");
            case "POST" ->
                p.has("delete")
                        ? S3Operation.DeleteObjects
                        : p.has("uploads")
                                ? S3Operation.CreateMultipartUpload
                                : p.has("uploadId") && !p.has("partNumber")
                                        ? S3Operation.CompleteMultipartUpload
                                        : p.form() ? S3Operation.PostObject : null;
            default -> null;
        };
        return effects(
                p, operation, decode(p.header(Names.COPY_SOURCE).split(",")[0].split("\\?")[0], true));
    }

    private static List<Effect> versitygw(RouteInterpreter.Request request, String domain) {
        var p = parsed(request, rawPath(request, domain), query(request.path(), "&", false), false);
        // A source without a slash is an error.
        boolean copies = decode(p.header(Names.COPY_SOURCE), false).contains("/");
        if (p.bucket().isEmpty()) {
            return service(p, p.method().equals("GET"));
        }
        boolean object = !p.key().isEmpty();
        S3Operation operation = switch (p.method()) {
            case "HEAD" -> object ? S3Operation.HeadObject : S3Operation.HeadBucket;
            case "GET" ->
                object
                        ? first(
                                p,
                                S3Operation.GetObject,
                                "tagging",
                                S3Operation.GetObjectTagging,
                                "retention",
                                S3Operation.GetObjectRetention,
                                "legal-hold",
                                S3Operation.GetObjectLegalHold,
                                "acl",
                                S3Operation.GetObjectAcl,
                                "attributes",
                                S3Operation.GetObjectAttributes,
                                "uploadId",
                                S3Operation.ListParts)
                        : listing(
                                p,
                                "location",
                                "tagging",
                                "ownershipControls",
                                "versioning",
                                "policy",
                                "cors",
                                "object-lock",
                                "acl",
                                "uploads",
                                "versions",
                                "policyStatus",
                                "analytics",
                                "encryption",
                                "intelligent-tiering",
                                "inventory",
                                "lifecycle",
                                "logging",
                                "requestPayment",
                                "metrics",
                                "replication",
                                "publicAccessBlock",
                                "notification",
                                "accelerate",
                                "website",
                                "list-type=2");
            case "PUT" -> {
                if (!object) {
                    yield bucket(
                            p,
                            S3Operation.CreateBucket,
                            "tagging",
                            "ownershipControls",
                            "versioning",
                            "object-lock",
                            "cors",
                            "policy",
                            "acl",
                            "analytics",
                            "encryption",
                            "intelligent-tiering",
                            "inventory",
                            "lifecycle",
                            "logging",
                            "requestPayment",
                            "metrics",
                            "replication",
                            "publicAccessBlock",
                            "notification",
                            "accelerate",
                            "website");
                }
                var put = first(
                        p,
                        S3Operation.PutObject,
                        "tagging",
                        S3Operation.PutObjectTagging,
                        "retention",
                        S3Operation.PutObjectRetention,
                        "legal-hold",
                        S3Operation.PutObjectLegalHold,
                        "acl",
                        S3Operation.PutObjectAcl);
                if (put != S3Operation.PutObject) {
                    yield put;
                }
                if (p.has("uploadId") && p.has("partNumber")) {
                    yield copies ? S3Operation.UploadPartCopy : S3Operation.UploadPart;
                }
                yield p.has("uploadId") || p.has("partNumber") ? null : copies ? S3Operation.CopyObject : put;
            }
            case "DELETE" ->
                object
                        ? first(
                                p,
                                S3Operation.DeleteObject,
                                "tagging",
                                S3Operation.DeleteObjectTagging,
                                "uploadId",
                                S3Operation.AbortMultipartUpload)
                        : bucket(
                                p,
                                S3Operation.DeleteBucket,
                                "tagging",
                                "ownershipControls",
                                "policy",
                                "cors",
                                "analytics",
                                "encryption",
                                "intelligent-tiering",
                                "inventory",
                                "lifecycle",
                                "metrics",
                                "replication",
                                "publicAccessBlock",
                                "website");
            case "POST" ->
                object
                        ? p.has("restore")
                                ? S3Operation.RestoreObject
                                : p.has("select") && "2".equals(p.query().get("select-type"))
                                        ? S3Operation.SelectObjectContent
                                        : first(
                                                p,
                                                null,
                                                "uploadId",
                                                S3Operation.CompleteMultipartUpload,
                                                "uploads",
                                                S3Operation.CreateMultipartUpload)
                        : p.has("delete") ? S3Operation.DeleteObjects : p.form() ? S3Operation.PostObject : null;
            default -> null;
        };
        return effects(
                p,
                operation,
                decode(p.header(Names.COPY_SOURCE).split(",")[0], true).split("\\?versionId=")[0]);
    }

    /** What was asked for, and that a copy reads its source. */
    private static List<Effect> effects(Parsed p, S3Operation operation, String source) {
        if (operation == null) {
            return List.of();
        }
        var effects = new ArrayList<Effect>();
        effects.add(new Effect(operation, p.bucket(), p.key()));
        if (operation == S3Operation.CopyObject || operation == S3Operation.UploadPartCopy) {
            effects.addAll(source(S3Operation.GetObject, source));
        }
        return effects;
    }

    private static List<Effect> source(S3Operation operation, String source) {
        var name = source.startsWith("/") ? source.substring(1) : source;
        int slash = name.indexOf('/');
        return slash <= 0
                ? List.of()
                : List.of(new Effect(operation, name.substring(0, slash), name.substring(slash + 1)));
    }

    private static List<Effect> service(Parsed p, boolean lists) {
        return lists ? List.of(new Effect(S3Operation.ListBuckets, "", "")) : List.of();
    }

    /** The action of the first parameter that is present. */
    private static S3Operation first(Parsed p, S3Operation otherwise, Object... namesAndOperations) {
        for (int i = 0; i < namesAndOperations.length; i += 2) {
            if (p.has((String) namesAndOperations[i])) {
                return (S3Operation) namesAndOperations[i + 1];
            }
        }
        return otherwise;
    }

    private static S3Operation listing(Parsed p, String... routes) {
        for (var route : routes) {
            if (route.equals("list-type=2")) {
                if ("2".equals(p.query().get("list-type"))) {
                    return S3Operation.ListObjectsV2;
                }
            } else if (p.has(route)) {
                return named(p, route);
            }
        }
        return S3Operation.ListObjects;
    }

    private static S3Operation bucket(Parsed p, S3Operation otherwise, String... routes) {
        return Arrays.stream(routes)
                .filter(p::has)
                .findFirst()
                .map(route -> named(p, route))
                .orElse(otherwise);
    }

    private static S3Operation named(Parsed p, String route) {
        var configuration = p.method().charAt(0) + p.method().substring(1).toLowerCase(java.util.Locale.ROOT);
        var subject = switch (route) {
            case "uploads" -> "ListMultipartUploads";
            case "versions" -> "ListObjectVersions";
            case "accelerate" -> "BucketAccelerateConfiguration";
            case "acl" -> "BucketAcl";
            case "analytics", "inventory", "metrics" -> list(p, route, capital(route));
            case "intelligent-tiering" -> list(p, route, "IntelligentTiering");
            case "cors" -> "BucketCors";
            case "encryption" -> "BucketEncryption";
            case "lifecycle" -> p.method().equals("DELETE") ? "BucketLifecycle" : "BucketLifecycleConfiguration";
            case "location" -> "BucketLocation";
            case "logging" -> "BucketLogging";
            case "notification" -> "BucketNotificationConfiguration";
            case "object-lock" -> "ObjectLockConfiguration";
            case "ownershipControls" -> "BucketOwnershipControls";
            case "policy" -> "BucketPolicy";
            case "policyStatus" -> "BucketPolicyStatus";
            case "publicAccessBlock" -> "PublicAccessBlock";
            case "replication" -> "BucketReplication";
            case "requestPayment" -> "BucketRequestPayment";
            case "tagging" -> "BucketTagging";
            case "versioning" -> "BucketVersioning";
            case "website" -> "BucketWebsite";
            default -> "of no S3 action";
        };
        var name = subject.startsWith("List") ? subject : configuration + subject;
        return Optional.of(name)
                .filter(known -> Arrays.stream(S3Operation.values())
                        .anyMatch(operation -> operation.name().equals(known)))
                .map(S3Operation::valueOf)
                .orElse(null);
    }

    private static String list(Parsed p, String route, String subject) {
        return p.method().equals("GET") && !p.has("id")
                ? "ListBucket" + subject + "Configurations"
                : "Bucket" + subject + "Configuration";
    }

    private static String capital(String word) {
        return Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }

    private static Parsed parsed(
            RouteInterpreter.Request request, String path, Map<String, String> query, boolean decoded) {
        var rest = path.substring(1);
        int slash = rest.indexOf('/');
        var bucket = slash < 0 ? rest : rest.substring(0, slash);
        var key = slash < 0 ? "" : rest.substring(slash + 1);
        return new Parsed(
                request.method(),
                decoded ? bucket : decode(bucket, false),
                decoded ? key : decode(key, false),
                query,
                new HashMap<>(request.headers()));
    }

    /** The path with the bucket of a virtual host before it; a server in front of the store may have tidied the host. */
    private static String rawPath(RouteInterpreter.Request request, String domain) {
        var path = request.path().split("\\?", 2)[0];
        var host = request.authority()
                .toLowerCase(java.util.Locale.ROOT)
                .replaceFirst("^.*@", "")
                .replaceFirst("(?::[0-9]*)+$", "")
                .replaceFirst("\\.$", "");
        return host.endsWith("." + domain) ? "/" + host.substring(0, host.length() - domain.length() - 1) + path : path;
    }

    private static Map<String, String> query(String target, String separator, boolean skipsMarks) {
        var parameters = new LinkedHashMap<String, String>();
        int mark = target.indexOf('?');
        if (mark < 0) {
            return parameters;
        }
        var text = target.substring(mark + 1);
        if (skipsMarks && text.startsWith("?")) {
            text = text.substring(1);
        }
        for (var pair : text.split(separator)) {
            int equals = pair.indexOf('=');
            var name = decode(equals < 0 ? pair : pair.substring(0, equals), true);
            parameters.putIfAbsent(name, equals < 0 ? "" : decode(pair.substring(equals + 1), true));
        }
        return parameters;
    }

    private static boolean resolves(String path) {
        return Arrays.stream(path.split("[/\\\\]")).anyMatch(part -> part.equals(".") || part.equals(".."));
    }

    /** As a store does that keeps objects as files: dots are resolved, slashes merged, backslashes are slashes. */
    private static String clean(String path) {
        var parts = new ArrayList<String>();
        for (var part : path.replace('\\', '/').split("/")) {
            if (part.equals("..")) {
                if (!parts.isEmpty()) {
                    parts.removeLast();
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        var end = path.endsWith("/") && parts.size() > 1 ? "/" : "";
        return "/" + String.join("/", parts) + end;
    }

    private static String decode(String text, boolean plusIsBlank) {
        try {
            return URLDecoder.decode(plusIsBlank ? text : text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
