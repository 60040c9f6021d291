package dev.datapath.operator.envoy.admin;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A listener port that a gateway could not open.
 *
 * @param gateway the gateway's name
 * @param listener the listener's name
 * @param address address and port
 * @param cause the message of the operating system, such as {@code Address already in use}, and the owner of the port if known
 */
public record PortConflict(String gateway, String listener, String address, String cause) {
    /** Envoy 1.40: {@code Error adding/updating listener(s) s3: cannot bind '127.0.0.1:8080': Address already in use}. */
    private static final Pattern CANNOT_BIND =
            Pattern.compile("(\\S+): cannot bind '([^']+)': (.+?)(?=\\s+\\S+: cannot bind '|$)");

    private static final String BIND_IN_USE = "%s: cannot bind '%s': Address already in use";
    private static final String NO_SUCH_PORT = "No such port";
    private static final Pattern IN_USE = Pattern.compile("(cannot bind '[^']*:(\\d+)': Address already in use)");
    private static final String HOLDER = " by a gateway of DataPath ";

    /** Envoy's message for a listener whose port is in use. */
    public static String inUse(String listener, String address) {
        return BIND_IN_USE.formatted(listener, address);
    }

    /** The message for a listener whose port would be above the maximum. */
    public static String noSuchPort(String listener, String address) {
        return "%s: cannot bind '%s': %s".formatted(listener, address, NO_SUCH_PORT);
    }

    /**
     * Envoy's message with the DataPath whose gateways use the port added.
     *
     * @param holders returns the name of that DataPath; empty if no DataPath uses the port
     */
    public static String withHolder(String message, IntFunction<Optional<String>> holders) {
        return IN_USE.matcher(message)
                .replaceAll(found -> Matcher.quoteReplacement(found.group(1)
                        + holders.apply(Integer.parseInt(found.group(2)))
                                .map(HOLDER::concat)
                                .orElse("")));
    }

    /**
     * The port conflicts in messages of Envoy.
     *
     * @param gateway the gateway's name
     * @param rejections Envoy's messages
     */
    public static List<PortConflict> of(String gateway, Collection<String> rejections) {
        return rejections.stream()
                .flatMap(message -> CANNOT_BIND.matcher(message).results())
                .map(found -> new PortConflict(
                        gateway, found.group(1), found.group(2), found.group(3).strip()))
                .distinct()
                .toList();
    }

    /** The error and the remedy. */
    public String message() {
        return "listener " + listener + " of gateway " + gateway + " cannot open " + address + " ("
                + cause.substring(0, 1).toLowerCase(Locale.ROOT) + cause.substring(1) + "): " + remedy();
    }

    private String remedy() {
        if (cause.contains(HOLDER)) {
            return "give one of the two another port in spec.listeners; until then this is retried";
        }
        if (cause.equals(NO_SUCH_PORT)) {
            return "choose a lower port in spec.listeners, or run with fewer --gateways or a smaller --port-offset";
        }
        return cause.contains("Permission denied")
                ? "run as a user that may open it, or choose a port of 1024 or above in spec.listeners"
                : "stop the program, or the gateway of another DataPath, that uses it, or choose another port in spec.listeners; until then this is retried";
    }
}
