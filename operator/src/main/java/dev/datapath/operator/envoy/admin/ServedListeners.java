package dev.datapath.operator.envoy.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;

/** Reads which listeners an Envoy serves: its {@code /listeners?format=json} (admin.v3.Listeners). */
public final class ServedListeners {
    /** What Envoy is asked for. */
    public static final String TARGET = "/listeners?format=json";

    private static final ObjectMapper JSON = new ObjectMapper();

    private ServedListeners() {}

    /** The names of the listeners. */
    public static Set<String> names(String listeners) throws IOException {
        var names = new TreeSet<String>();
        try {
            JSON.readTree(listeners)
                    .path("listener_statuses")
                    .forEach(status -> names.add(status.path("name").asText()));
        } catch (JsonProcessingException e) {
            throw new IOException("the listeners of the gateway are not JSON", e);
        }
        return names;
    }
}
