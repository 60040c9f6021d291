package dev.datapath.operator.envoy;

import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.envoy.RouteInterpreter.Request;
import dev.datapath.operator.envoy.StoreModels.Effect;
import java.util.ArrayList;
import java.util.List;

/** Ceph RGW: src/rgw/rgw_rest_s3.cc at 6f7634b27f0b, and RGWCopyObj::parse_copy_location in rgw_op.cc. */
final class CephModel {

    private CephModel() {}

    static List<Effect> effects(Request request, String domain) {
        var query = StoreRequest.query(request.path(), "&", true);
        var p = StoreRequest.parsed(request, StoreRequest.rawPath(request, domain), query, false);
        var bucket = p.bucket().replaceFirst("^[^:]*:", "");
        p = new StoreRequest(p.method(), bucket, p.key(), p.query(), p.headers());
        var parts = p.header(Names.COPY_SOURCE).split(",");
        var copySource = parts[parts.length - 1];
        if (p.bucket().isEmpty()) {
            return StoreRequest.service(
                    p, p.method().equals("GET") || p.method().equals("HEAD"));
        }
        S3Operation operation = null;
        if (!p.key().isEmpty()) {
            operation = switch (p.method()) {
                // The response has no body, so it equals that of HeadObject for any query.
                case "HEAD" -> S3Operation.HeadObject;
                case "GET" ->
                    StoreRequest.first(
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
                    var put = StoreRequest.first(
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
                            || StoreRequest.decode(copySource, false).contains("/");
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
                    StoreRequest.first(
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
                    var listing = StoreRequest.bucket(
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
                            : StoreRequest.bucket(
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
                            : StoreRequest.bucket(
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
        var source = StoreRequest.decode(copySource.split("\\?")[0], false).replaceFirst("^/?[^/:]*:", "");
        var effects = new ArrayList<>(StoreRequest.effects(p, operation, source));
        effects.addAll(StoreRequest.byHeader(p, operation, StoreRequest.BY_HEADER));
        return effects;
    }
}
