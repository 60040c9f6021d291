package dev.datapath.operator.envoy;

import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.envoy.RouteInterpreter.Request;
import dev.datapath.operator.envoy.StoreModels.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** MinIO: cmd/api-router.go at 7aac2a2c5b7c; paths and sources as cmd/generic-handlers.go and cmd/object-handlers.go read them. */
final class MinioModel {

    /** The actions that headers of its writes perform. */
    private static final Set<S3Operation> BY_HEADER = Set.of(
            S3Operation.PutObjectTagging,
            S3Operation.PutObjectRetention,
            S3Operation.PutObjectLegalHold,
            S3Operation.PutObjectLockConfiguration,
            S3Operation.PutBucketVersioning);

    private MinioModel() {}

    private static boolean snowball(StoreRequest p) {
        return p.header("x-amz-meta-snowball-auto-extract").contains("true");
    }

    static List<Effect> effects(Request request, String domain) {
        var path = StoreRequest.rawPath(request, domain);
        if (StoreRequest.resolves(StoreRequest.decode(path, false))) {
            return List.of();
        }
        var query = StoreRequest.query(request.path(), "[&;]", false);
        var p = StoreRequest.parsed(request, path, query, false);
        boolean copies = p.header(Names.COPY_SOURCE).matches(".*(/|%2F).*");
        if (p.bucket().isEmpty()) {
            return StoreRequest.service(p, p.method().equals("GET"));
        }
        S3Operation operation = null;
        if (!p.key().isEmpty()) {
            operation = switch (p.method()) {
                case "HEAD" -> S3Operation.HeadObject;
                case "GET" -> {
                    if (p.has("torrent")) {
                        yield null;
                    }
                    yield StoreRequest.first(
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
                    yield StoreRequest.first(
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
                            : StoreRequest.first(
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
                    StoreRequest.listing(
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
                    StoreRequest.bucket(
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
                    StoreRequest.bucket(
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
        var effects =
                new ArrayList<>(StoreRequest.effects(p, operation, StoreRequest.decode(source.split("\\?")[0], false)));
        effects.addAll(StoreRequest.byHeader(p, operation, BY_HEADER));
        if (p.method().equals("DELETE") && p.header("x-minio-force-delete").equals("true")) {
            // DeleteBucketHandler, and DeleteObjectHandler with DeletePrefix: all below.
            var below = p.key().isEmpty() ? "" : p.key() + "/";
            return Stream.concat(
                            effects.stream(),
                            Stream.of("x", "private/x", "a b/x")
                                    .map(key -> new Effect(S3Operation.DeleteObject, p.bucket(), below + key)))
                    .toList();
        }
        // PutObjectExtract: any keys of the bucket.
        return operation == S3Operation.PutObject && snowball(p)
                ? Stream.concat(
                                effects.stream(),
                                Stream.of("private/x", "a b/x", "\u00e9")
                                        .map(key -> new Effect(S3Operation.PutObject, p.bucket(), key)))
                        .toList()
                : effects;
    }
}
