package dev.datapath.operator.envoy.admin;

import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;

/** Reads the listeners that an Envoy serves, from its {@code /listeners?format=json} (admin.v3.Listeners). */
public final class ServedListeners {
    /** The admin path. */
    public static final String TARGET = "/listeners?format=json";

    private static final int LONGEST_NAME = 256;

    private ServedListeners() {}

    /** The names of the listeners. A response with more listeners than a gateway can have is an error. */
    public static Set<String> names(String listeners) throws IOException {
        var names = new TreeSet<String>();
        JsonAnswer.fields(listeners, "the list of listeners", (answer, list) -> {
            if (list.equals("listener_statuses")) {
                answer.elements(() -> names.add(answer.text("name", LONGEST_NAME)));
            }
        });
        return names;
    }
}
