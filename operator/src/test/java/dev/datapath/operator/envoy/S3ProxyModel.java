package dev.datapath.operator.envoy;

import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.envoy.RouteInterpreter.Request;
import dev.datapath.operator.envoy.StoreModels.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** S3Proxy: S3ProxyHandler.java at f8859ad65fe6. */
final class S3ProxyModel {

    /** The actions that headers of its writes perform. */
    private static final Set<S3Operation> BY_HEADER = Set.of(S3Operation.PutObjectAcl, S3Operation.PutBucketAcl);

    private S3ProxyModel() {}

    static List<Effect> effects(Request request, String domain) {
        var p = StoreRequest.parsed(
                request, StoreRequest.rawPath(request, domain), StoreRequest.query(request.path(), "&", false), false);
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
        p = new StoreRequest(p.method(), p.bucket(), p.key().replace('+', ' '), p.query(), p.headers());
        if (p.bucket().isEmpty()) {
            return StoreRequest.service(p, p.method().equals("GET"));
        }
        boolean copies = p.headers().containsKey(Names.COPY_SOURCE);
        if (copies && !p.header(Names.COPY_SOURCE).isEmpty() && !namesAnObject(p.header(Names.COPY_SOURCE))) {
            // InvalidRequest, of handleCopyBlob and handleCopyPart in S3ProxyHandler.
            if (p.method().equals("PUT") && !p.key().isEmpty()) {
                return List.of();
            }
        }
        boolean object = !p.key().isEmpty();
        if ((p.method().equals("PUT") || p.method().equals("DELETE")) && p.has("policy")) {
            return List.of();
        }
        S3Operation operation = switch (p.method()) {
            case "HEAD" -> object ? S3Operation.HeadObject : S3Operation.HeadBucket;
            case "GET" ->
                object
                        ? StoreRequest.first(
                                p,
                                S3Operation.GetObject,
                                "acl",
                                S3Operation.GetObjectAcl,
                                "attributes",
                                S3Operation.GetObjectAttributes,
                                "uploadId",
                                S3Operation.ListParts)
                        : StoreRequest.first(
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
                    yield StoreRequest.bucket(p, S3Operation.CreateBucket, "acl", "encryption", "versioning");
                }
                if (p.has("uploadId")) {
                    yield copies ? S3Operation.UploadPartCopy : S3Operation.UploadPart;
                }
                yield copies
                        ? p.header(Names.COPY_SOURCE).isEmpty() ? S3Operation.PutObject : S3Operation.CopyObject
                        : StoreRequest.first(p, S3Operation.PutObject, "acl", S3Operation.PutObjectAcl);
            }
            case "DELETE" ->
                object
                        ? StoreRequest.first(p, S3Operation.DeleteObject, "uploadId", S3Operation.AbortMultipartUpload)
                        : p.has("versioning") || p.has("versions")
                                ? null
                                : StoreRequest.bucket(p, S3Operation.DeleteBucket, "encryption");
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
        var effects = new ArrayList<>(StoreRequest.effects(
                p,
                operation,
                StoreRequest.decode(p.header(Names.COPY_SOURCE).split(",")[0].split("\\?")[0], true)));
        effects.addAll(StoreRequest.byHeader(p, operation, BY_HEADER));
        return effects;
    }

    /** Whether a source has a bucket and a key, with a slash between them. */
    private static boolean namesAnObject(String source) {
        var path = StoreRequest.decode(source, false);
        return (path.startsWith("/") ? path.substring(1) : path).contains("/");
    }
}
