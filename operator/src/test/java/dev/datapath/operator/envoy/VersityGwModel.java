package dev.datapath.operator.envoy;

import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.envoy.RouteInterpreter.Request;
import dev.datapath.operator.envoy.StoreModels.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** VersityGW: s3api/router.go at 5d9d54802d89. */
final class VersityGwModel {

    /** The actions that headers of its writes perform. */
    private static final Set<S3Operation> BY_HEADER = StoreRequest.BY_HEADER.stream()
            .filter(action -> action != S3Operation.PutObjectAcl)
            .collect(Collectors.toSet());

    private VersityGwModel() {}

    static List<Effect> effects(Request request, String domain) {
        var p = StoreRequest.parsed(
                request, StoreRequest.rawPath(request, domain), StoreRequest.query(request.path(), "&", false), false);
        // A source without a slash is an error.
        boolean copies = StoreRequest.decode(p.header(Names.COPY_SOURCE), false).contains("/");
        if (p.bucket().isEmpty()) {
            return StoreRequest.service(p, p.method().equals("GET"));
        }
        boolean object = !p.key().isEmpty();
        S3Operation operation = switch (p.method()) {
            case "HEAD" -> object ? S3Operation.HeadObject : S3Operation.HeadBucket;
            case "GET" ->
                object
                        ? StoreRequest.first(
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
                        : StoreRequest.listing(
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
                    yield StoreRequest.bucket(
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
                var put = StoreRequest.first(
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
                        ? StoreRequest.first(
                                p,
                                S3Operation.DeleteObject,
                                "tagging",
                                S3Operation.DeleteObjectTagging,
                                "uploadId",
                                S3Operation.AbortMultipartUpload)
                        : StoreRequest.bucket(
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
                                        : StoreRequest.first(
                                                p,
                                                null,
                                                "uploadId",
                                                S3Operation.CompleteMultipartUpload,
                                                "uploads",
                                                S3Operation.CreateMultipartUpload)
                        : p.has("delete") ? S3Operation.DeleteObjects : p.form() ? S3Operation.PostObject : null;
            default -> null;
        };
        var effects = new ArrayList<>(StoreRequest.effects(
                p,
                operation,
                StoreRequest.decode(p.header(Names.COPY_SOURCE).split(",")[0], true)
                        .split("\\?versionId=")[0]));
        effects.addAll(StoreRequest.byHeader(p, operation, BY_HEADER));
        return effects;
    }
}
