package dev.datapath.operator.envoy;

import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.envoy.RouteInterpreter.Request;
import dev.datapath.operator.envoy.StoreModels.Effect;
import java.util.ArrayList;
import java.util.List;

/** SeaweedFS: weed/s3api/s3api_server.go at cc8364a03ebf; older versions resolve dot segments. */
final class SeaweedFsModel {

    private SeaweedFsModel() {}

    static List<Effect> effects(Request request, String domain) {
        var path = StoreRequest.rawPath(request, domain);
        var p = StoreRequest.parsed(
                request,
                StoreRequest.clean(StoreRequest.decode(path, false)),
                StoreRequest.query(request.path(), "[&;]", false),
                true);
        boolean copies = p.header(Names.COPY_SOURCE).matches("(?i).*(/|%2F).*");
        if (p.bucket().isEmpty()) {
            return StoreRequest.service(p, p.method().equals("GET"));
        }
        S3Operation operation = null;
        if (!p.key().isEmpty()) {
            operation = switch (p.method()) {
                case "HEAD" -> S3Operation.HeadObject;
                case "GET" ->
                    StoreRequest.first(
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
                    // RenameObject writes this key. The deletion of the source is a separate effect.
                    if (p.has("renameObject") && !p.has("tagging")) {
                        yield S3Operation.PutObject;
                    }
                    yield StoreRequest.first(
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
                    StoreRequest.first(
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
                    StoreRequest.listing(
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
                    StoreRequest.bucket(
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
                    StoreRequest.bucket(
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
        var source = StoreRequest.clean("/"
                + StoreRequest.decode(p.header(Names.COPY_SOURCE).split(",")[0].split("\\?")[0], false));
        var effects = new ArrayList<>(StoreRequest.effects(p, operation, source));
        effects.addAll(StoreRequest.byHeader(p, operation, StoreRequest.BY_HEADER));
        if (operation == S3Operation.PutObject && p.has("renameObject")) {
            var renamed = StoreRequest.clean(
                    "/" + StoreRequest.decode(p.header("x-amz-rename-source").split("\\?")[0], false));
            effects.addAll(StoreRequest.source(S3Operation.GetObject, renamed));
            effects.addAll(StoreRequest.source(S3Operation.DeleteObject, renamed));
        }
        return effects;
    }
}
