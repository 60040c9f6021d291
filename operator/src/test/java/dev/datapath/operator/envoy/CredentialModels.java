package dev.datapath.operator.envoy;

import dev.datapath.operator.envoy.RouteInterpreter.Request;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Whose request a store takes one for, written from what the stores do and not from this gateway's expressions. Signatures count as
 * valid: a model that accepts more than its store is safe here.
 */
final class CredentialModels {

    /** How a request is signed. */
    enum Kind {
        ANONYMOUS,
        HEADER,
        QUERY,
        FORM
    }

    /**
     * What a store reads.
     *
     * @param key the access key; empty for anonymous requests, and for forms, whose body no gateway reads
     * @param validity seconds of a presigned request; empty where it does not say
     */
    record Reading(Kind kind, String key, Optional<Long> validity) {
        static final Reading ANONYMOUS = new Reading(Kind.ANONYMOUS, "", Optional.empty());
        static final Reading FORM = new Reading(Kind.FORM, "", Optional.empty());
    }

    /** By the store's name; empty when the store refuses the request. */
    static final Map<String, Function<Request, Optional<Reading>>> ALL = all();

    private static final String V4 = "AWS4-HMAC-SHA256";

    private CredentialModels() {}

    private static Map<String, Function<Request, Optional<Reading>>> all() {
        var all = new LinkedHashMap<String, Function<Request, Optional<Reading>>>();
        all.put("MinIO", CredentialModels::minio);
        all.put("Ceph, first header", request -> ceph(request, true));
        all.put("Ceph, last header", request -> ceph(request, false));
        all.put("S3Proxy", CredentialModels::s3proxy);
        all.put("VersityGW", CredentialModels::versity);
        return all;
    }

    private static List<String> authorization(Request request) {
        var lines = request.headers().get("authorization");
        return lines == null ? List.of() : Arrays.asList(lines.split("\n", -1));
    }

    private static boolean form(Request request) {
        return request.method().equals("POST")
                && request.headers()
                        .getOrDefault("content-type", "")
                        .toLowerCase(Locale.ROOT)
                        .contains("form-data");
    }

    /** cmd/auth-handler.go, getRequestAuthType; cmd/signature-v4-parser.go, parseSignV4; SeaweedFS took over both. */
    private static Optional<Reading> minio(Request request) {
        if (form(request)) {
            return Optional.of(Reading.FORM);
        }
        var header = authorization(request).stream().findFirst().orElse("");
        var query = StoreRequest.query(request.path(), "[&;]", false);
        if (header.startsWith("AWS") && !header.startsWith(V4)) {
            return version2(header);
        }
        if (query.containsKey("AWSAccessKeyId")) {
            return Optional.of(new Reading(Kind.QUERY, query.get("AWSAccessKeyId"), Optional.empty()));
        }
        if (header.startsWith(V4)) {
            return parameter(header.replace(" ", "").substring(V4.length()))
                    .map(key -> new Reading(Kind.HEADER, key, Optional.empty()));
        }
        if (query.containsKey("X-Amz-Credential")) {
            return Optional.of(
                    new Reading(Kind.QUERY, key(query.get("X-Amz-Credential")), validity(query.get("X-Amz-Expires"))));
        }
        return header.isEmpty() ? Optional.of(Reading.ANONYMOUS) : Optional.empty();
    }

    /** src/rgw/rgw_auth_s3.cc, discover_aws_flavour and get_auth_data_v2; names of {@code X-Amz-} parameters have no case. */
    private static Optional<Reading> ceph(Request request, boolean first) {
        if (form(request)) {
            return Optional.of(Reading.FORM);
        }
        var lines = authorization(request);
        var header = lines.isEmpty() ? "" : first ? lines.getFirst() : lines.getLast();
        if (!header.isEmpty()) {
            if (header.startsWith(V4)) {
                return parameter(header.substring(V4.length()))
                        .map(key -> new Reading(Kind.HEADER, key, Optional.empty()));
            }
            return version2(header);
        }
        var query = StoreRequest.query(request.path(), "&", true);
        var ofVersion4 = new LinkedHashMap<String, String>();
        query.forEach((name, value) -> ofVersion4.put(name.toLowerCase(Locale.ROOT), value));
        if (V4.equals(ofVersion4.get("x-amz-algorithm"))) {
            return Optional.of(new Reading(
                    Kind.QUERY,
                    key(ofVersion4.getOrDefault("x-amz-credential", "")),
                    validity(ofVersion4.get("x-amz-expires"))));
        }
        var key = query.getOrDefault("AWSAccessKeyId", "");
        return Optional.of(key.isEmpty() ? Reading.ANONYMOUS : new Reading(Kind.QUERY, key, Optional.empty()));
    }

    /** S3ProxyHandler, doHandle; S3AuthorizationHeader. Of parameters that repeat, the first counts. */
    private static Optional<Reading> s3proxy(Request request) {
        if (form(request)) {
            return Optional.of(Reading.FORM);
        }
        var lines = authorization(request);
        if (!lines.isEmpty()) {
            var header = lines.getFirst();
            return header.startsWith("AWS4")
                    ? parameter(header.substring(header.indexOf(' ') + 1))
                            .map(key -> new Reading(Kind.HEADER, key, Optional.empty()))
                    : version2(header);
        }
        var query = StoreRequest.query(request.path(), "&", false);
        if (query.containsKey("X-Amz-Algorithm")) {
            return Optional.of(new Reading(
                    Kind.QUERY, key(query.getOrDefault("X-Amz-Credential", "")), validity(query.get("X-Amz-Expires"))));
        }
        return Optional.of(
                query.containsKey("AWSAccessKeyId")
                        ? new Reading(Kind.QUERY, query.get("AWSAccessKeyId"), Optional.empty())
                        : Reading.ANONYMOUS);
    }

    /** s3api/middlewares: presigned requests by their credential, header requests of Version 4 alone. */
    private static Optional<Reading> versity(Request request) {
        if (form(request)) {
            return Optional.of(Reading.FORM);
        }
        var query = StoreRequest.query(request.path(), "&", false);
        if (query.containsKey("X-Amz-Credential") || query.containsKey("X-Amz-Signature")) {
            return Optional.of(new Reading(
                    Kind.QUERY, key(query.getOrDefault("X-Amz-Credential", "")), validity(query.get("X-Amz-Expires"))));
        }
        var header = authorization(request).stream().findFirst().orElse("");
        if (header.isEmpty()) {
            return Optional.of(Reading.ANONYMOUS);
        }
        return header.startsWith(V4)
                ? parameter(header.substring(V4.length())).map(key -> new Reading(Kind.HEADER, key, Optional.empty()))
                : Optional.empty();
    }

    /** The key in a header of Version 4: that of the last parameter of the name, since maps keep the last one. */
    private static Optional<String> parameter(String parameters) {
        return Arrays.stream(parameters.split(","))
                .map(String::strip)
                .filter(parameter -> parameter.startsWith("Credential="))
                .reduce((one, other) -> other)
                .map(parameter -> key(parameter.substring("Credential=".length())));
    }

    private static Optional<Reading> version2(String header) {
        int colon = header.lastIndexOf(':');
        return header.startsWith("AWS ") && colon > 0
                ? Optional.of(
                        new Reading(Kind.HEADER, header.substring(4, colon).strip(), Optional.empty()))
                : Optional.empty();
    }

    /** All before the scope, which has four parts. */
    private static String key(String credential) {
        var parts = credential.split("/");
        return parts.length < 5 ? parts[0] : String.join("/", Arrays.copyOf(parts, parts.length - 4));
    }

    private static Optional<Long> validity(String seconds) {
        try {
            return seconds == null ? Optional.empty() : Optional.of(Long.parseLong(seconds));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
