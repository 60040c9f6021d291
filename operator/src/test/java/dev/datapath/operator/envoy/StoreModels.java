package dev.datapath.operator.envoy;

import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.envoy.RouteInterpreter.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/**
 * Models of how stores process a request, written from their routers and not from this gateway's table. A model that accepts more
 * than its store is safe here; authentication is left out. Each store is modelled alone, and behind a proxy that normalizes
 * requests.
 */
final class StoreModels {

    /** An action of a store; the key is empty for a bucket, the bucket for the service. */
    record Effect(S3Operation operation, String bucket, String key) {}

    /** The effects of a request by the store's name, given the domain of virtual hosts. */
    static final Map<String, BiFunction<Request, String, List<Effect>>> ALL = all();

    private StoreModels() {}

    private static Map<String, BiFunction<Request, String, List<Effect>>> all() {
        var all = new LinkedHashMap<String, BiFunction<Request, String, List<Effect>>>();
        add(all, "MinIO", StoreModels::literally, MinioModel::effects);
        add(all, "Ceph", StoreModels::withoutCase, CephModel::effects);
        add(all, "SeaweedFS", StoreModels::literally, SeaweedFsModel::effects);
        add(all, "S3Proxy", StoreModels::literally, S3ProxyModel::effects);
        add(all, "VersityGW", StoreModels::cutAtTheFirst, VersityGwModel::effects);
        add(all, "s3rver", StoreModels::literally, StoreModels::withHeadersOfTheQuery);
        return all;
    }

    /**
     * s3rver, lib/middleware/authentication.js: parameters of a presigned request replace headers. Its router parses less than that
     * of SeaweedFS.
     */
    private static List<Effect> withHeadersOfTheQuery(Request request, String domain) {
        var headers = new HashMap<>(request.headers());
        StoreRequest.query(request.path(), "&", false).forEach((name, value) -> {
            var header = name.toLowerCase(Locale.ROOT);
            if (header.startsWith("x-amz-")) {
                headers.put(header, value);
            }
        });
        return SeaweedFsModel.effects(
                new Request(request.method(), request.authority(), request.path(), headers, request.source()), domain);
    }

    private static void add(
            Map<String, BiFunction<Request, String, List<Effect>>> all,
            String name,
            BiFunction<String, String, String> host,
            BiFunction<Request, String, List<Effect>> model) {
        all.put(name, (request, domain) -> read(request, domain, host, model, path -> path));
        all.put(
                "a tidied host and " + name,
                (request, domain) -> read(request, domain, StoreModels::withoutCase, model, path -> path));
        all.put(
                "a tidied path and " + name,
                (request, domain) -> read(request, domain, host, model, StoreModels::normalised));
    }

    private static List<Effect> read(
            Request request,
            String domain,
            BiFunction<String, String, String> host,
            BiFunction<Request, String, List<Effect>> model,
            UnaryOperator<String> path) {
        var bucket = host.apply(request.authority(), domain);
        var parts = request.path().split("\\?", 2);
        var target = path.apply(parts[0]) + (parts.length > 1 ? "?" + parts[1] : "");
        return new ArrayList<>(model.apply(
                new Request(
                        request.method(),
                        bucket.isEmpty() ? domain : bucket + "." + domain,
                        target,
                        request.headers(),
                        request.source()),
                domain));
    }

    /**
     * The bucket of a host whose domain is compared literally, without the port: the host templates of gorilla/mux, regexp.go, in
     * MinIO and SeaweedFS; HostAndPort in S3Proxy.
     */
    private static String literally(String authority, String domain) {
        var host = authority.replaceFirst(":.*$", "");
        return host.endsWith("." + domain) ? host.substring(0, host.length() - domain.length() - 1) : "";
    }

    /** The same for a server that normalizes host names: case, trailing dot, and text before an at sign. */
    private static String withoutCase(String authority, String domain) {
        var host = authority
                .toLowerCase(Locale.ROOT)
                .replaceFirst("^.*@", "")
                .replaceFirst("(?::[0-9]*)+$", "")
                .replaceFirst("\\.$", "");
        return literally(host, domain);
    }

    /** VersityGW, s3api/middlewares/host-style-parser.go, behind fasthttp, which converts hosts to lower case. */
    private static String cutAtTheFirst(String authority, String domain) {
        var host = authority.toLowerCase(Locale.ROOT).replaceFirst("^.*@", "");
        int cut = host.indexOf("." + domain);
        return cut < 0 ? "" : host.substring(0, cut);
    }

    /** As a proxy that decodes and normalizes a path before it forwards it (RFC 3986, 6.2.2). */
    private static String normalised(String path) {
        return StoreRequest.clean(StoreRequest.decode(path, false));
    }
}
