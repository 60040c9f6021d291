package dev.datapath.operator.envoy;

import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.envoy.RouteInterpreter.Request;
import dev.datapath.operator.envoy.StoreModels.Effect;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A request as parsed by a store, with the parsing that stores have in common. */
record StoreRequest(String method, String bucket, String key, Map<String, String> query, Map<String, String> headers) {

    /** All actions that a header of a write can perform. */
    static final Set<S3Operation> BY_HEADER = Set.of(
            S3Operation.PutObjectAcl,
            S3Operation.PutBucketAcl,
            S3Operation.PutObjectTagging,
            S3Operation.PutObjectRetention,
            S3Operation.PutObjectLegalHold,
            S3Operation.PutObjectLockConfiguration,
            S3Operation.PutBucketVersioning,
            S3Operation.PutBucketOwnershipControls);

    boolean has(String name) {
        return query.containsKey(name);
    }

    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    boolean form() {
        return header("content-type").contains("multipart/form-data");
    }

    /** The requested effects, including the read of a copy's source. */
    static List<Effect> effects(StoreRequest p, S3Operation operation, String source) {
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

    /**
     * What the headers of a write do besides.
     *
     * @param known the actions that the store performs so
     */
    static List<Effect> byHeader(StoreRequest p, S3Operation operation, Set<S3Operation> known) {
        if (operation == null) {
            return List.of();
        }
        var done = EnumSet.noneOf(S3Operation.class);
        boolean acl = p.any("x-amz-acl") || p.any("x-amz-grant-");
        switch (operation) {
            case PutObject, PostObject, CopyObject, CreateMultipartUpload -> {
                if (acl) {
                    done.add(S3Operation.PutObjectAcl);
                }
                if (p.any("x-amz-tagging")
                        && !p.header("x-amz-tagging-directive").equalsIgnoreCase("COPY")) {
                    done.add(S3Operation.PutObjectTagging);
                }
                if (p.any("x-amz-object-lock-mode") || p.any("x-amz-object-lock-retain-until-date")) {
                    done.add(S3Operation.PutObjectRetention);
                }
                if (p.any("x-amz-object-lock-legal-hold")) {
                    done.add(S3Operation.PutObjectLegalHold);
                }
            }
            case CreateBucket -> {
                if (acl) {
                    done.add(S3Operation.PutBucketAcl);
                }
                if (p.any("x-amz-bucket-object-lock-enabled")) {
                    done.add(S3Operation.PutObjectLockConfiguration);
                    done.add(S3Operation.PutBucketVersioning);
                }
                if (p.any("x-amz-object-ownership")) {
                    done.add(S3Operation.PutBucketOwnershipControls);
                }
            }
            default -> {}
        }
        done.retainAll(known);
        return done.stream()
                .map(action -> new Effect(action, p.bucket(), p.key()))
                .toList();
    }

    /** Whether a header's name begins so. */
    private boolean any(String name) {
        return headers.keySet().stream().anyMatch(header -> header.startsWith(name));
    }

    static List<Effect> source(S3Operation operation, String source) {
        var name = source.startsWith("/") ? source.substring(1) : source;
        int slash = name.indexOf('/');
        return slash <= 0
                ? List.of()
                : List.of(new Effect(operation, name.substring(0, slash), name.substring(slash + 1)));
    }

    static List<Effect> service(StoreRequest p, boolean lists) {
        return lists ? List.of(new Effect(S3Operation.ListBuckets, "", "")) : List.of();
    }

    /** The action of the first parameter that is present. */
    static S3Operation first(StoreRequest p, S3Operation otherwise, Object... namesAndOperations) {
        for (int i = 0; i < namesAndOperations.length; i += 2) {
            if (p.has((String) namesAndOperations[i])) {
                return (S3Operation) namesAndOperations[i + 1];
            }
        }
        return otherwise;
    }

    static S3Operation listing(StoreRequest p, String... routes) {
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

    static S3Operation bucket(StoreRequest p, S3Operation otherwise, String... routes) {
        return Arrays.stream(routes)
                .filter(p::has)
                .findFirst()
                .map(route -> named(p, route))
                .orElse(otherwise);
    }

    static S3Operation named(StoreRequest p, String route) {
        var configuration = p.method().charAt(0) + p.method().substring(1).toLowerCase(Locale.ROOT);
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

    static String list(StoreRequest p, String route, String subject) {
        return p.method().equals("GET") && !p.has("id")
                ? "ListBucket" + subject + "Configurations"
                : "Bucket" + subject + "Configuration";
    }

    static String capital(String word) {
        return Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }

    static StoreRequest parsed(Request request, String path, Map<String, String> query, boolean decoded) {
        var rest = path.substring(1);
        int slash = rest.indexOf('/');
        var bucket = slash < 0 ? rest : rest.substring(0, slash);
        var key = slash < 0 ? "" : rest.substring(slash + 1);
        return new StoreRequest(
                request.method(),
                decoded ? bucket : decode(bucket, false),
                decoded ? key : decode(key, false),
                query,
                new HashMap<>(request.headers()));
    }

    /** The path, preceded by the bucket of a virtual host. {@link StoreModels} has parsed the host as the store does. */
    static String rawPath(Request request, String domain) {
        var path = request.path().split("\\?", 2)[0];
        var host = request.authority();
        return host.endsWith("." + domain) ? "/" + host.substring(0, host.length() - domain.length() - 1) + path : path;
    }

    static Map<String, String> query(String target, String separator, boolean skipsMarks) {
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

    static boolean resolves(String path) {
        return Arrays.stream(path.split("[/\\\\]")).anyMatch(part -> part.equals(".") || part.equals(".."));
    }

    /** As a store that keeps objects as files: dot segments are resolved, slashes are merged, and backslashes are slashes. */
    static String clean(String path) {
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

    /** @param text octets as characters of ISO-8859-1, as they are sent */
    static String decode(String text, boolean plusIsBlank) {
        try {
            var octets = URLDecoder.decode(plusIsBlank ? text : text.replace("+", "%2B"), StandardCharsets.ISO_8859_1);
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException decodedBefore) {
            return text;
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
