package dev.datapath.operator.xds;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The information about single listeners in Envoy's message about a rejected response; empty when the message is about
 * the response as a whole.
 *
 * @param failed the names of the rejected listeners; the others were accepted
 * @param duplicates those with an address that another listener has
 * @param mayPass whether the same response may be accepted later, without any change
 */
record ListenerErrors(Set<String> failed, Set<String> duplicates, boolean mayPass) {
    /**
     * Envoy 1.40: {@code Error adding/updating listener(s) a: error adding listener: 'a' has duplicate address
     * '0.0.0.0:80'}, one line each.
     */
    private static final Pattern LISTENER =
            Pattern.compile("^(?:Error adding/updating listener\\(s\\) )?([^\\s:]+): (.*)$", Pattern.MULTILINE);

    private static final String DUPLICATE = " has duplicate address ";
    private static final String CANNOT_BIND = "cannot bind ";

    ListenerErrors {
        failed = Set.copyOf(failed);
        duplicates = Set.copyOf(duplicates);
    }

    /** @param message Envoy's message with its line breaks */
    static ListenerErrors of(String message) {
        var failed = new HashSet<String>();
        var duplicates = new HashSet<String>();
        var found = LISTENER.matcher(message);
        while (found.find()) {
            failed.add(found.group(1));
            if (found.group(2).contains(DUPLICATE)) {
                duplicates.add(found.group(1));
            }
        }
        return new ListenerErrors(failed, duplicates, message.contains(DUPLICATE) || message.contains(CANNOT_BIND));
    }
}
