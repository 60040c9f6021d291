package dev.datapath.operator.apiserver;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a request is about.
 *
 * @param apiVersion such as {@code apps/v1}
 * @param namespace empty for all, and for objects without
 * @param plural name of the kind in addresses
 * @param name empty for all
 * @param subresource such as {@code status}; empty for the object
 */
record ResourcePath(
        String apiVersion,
        String namespace,
        String plural,
        String name,
        String subresource,
        Map<String, String> query) {

    /** Empty for what is not about objects. */
    static Optional<ResourcePath> of(URI uri) {
        var parts = List.of(uri.getPath().substring(1).split("/"));
        boolean core = parts.getFirst().equals("api");
        int root = core ? 2 : 3;
        if (parts.size() <= root || (!core && !parts.getFirst().equals("apis"))) {
            return Optional.empty();
        }
        var apiVersion = core ? parts.get(1) : parts.get(1) + "/" + parts.get(2);
        var rest = parts.subList(root, parts.size());
        var namespace = "";
        if (rest.getFirst().equals("namespaces") && rest.size() > 2) {
            namespace = rest.get(1);
            rest = rest.subList(2, rest.size());
        }
        return Optional.of(new ResourcePath(
                apiVersion,
                namespace,
                rest.getFirst(),
                rest.size() > 1 ? rest.get(1) : "",
                rest.size() > 2 ? rest.get(2) : "",
                query(uri)));
    }

    private static Map<String, String> query(URI uri) {
        var query = new HashMap<String, String>();
        if (uri.getRawQuery() != null) {
            Arrays.stream(uri.getRawQuery().split("&"))
                    .map(parameter -> parameter.split("=", 2))
                    .forEach(pair -> query.put(decoded(pair[0]), pair.length > 1 ? decoded(pair[1]) : ""));
        }
        return query;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** The kind whose objects these are. */
    String kind() {
        return apiVersion + "/" + plural;
    }
}
