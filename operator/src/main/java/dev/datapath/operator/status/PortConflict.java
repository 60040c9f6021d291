package dev.datapath.operator.status;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A listener's port that a gateway could not open.
 *
 * @param gateway the gateway's name
 * @param listener the listener's name
 * @param address address and port
 * @param cause the operating system's words, such as {@code Address already in use}
 */
public record PortConflict(String gateway, String listener, String address, String cause) {
    /** Envoy 1.40: {@code Error adding/updating listener(s) s3: cannot bind '127.0.0.1:8080': Address already in use}. */
    private static final Pattern CANNOT_BIND =
            Pattern.compile("(\\S+): cannot bind '([^']+)': (.+?)(?=\\s+\\S+: cannot bind '|$)");

    static List<PortConflict> of(GatewayView gateway) {
        return gateway.rejections().stream()
                .flatMap(message -> CANNOT_BIND.matcher(message).results())
                .map(found -> new PortConflict(
                        gateway.name(),
                        found.group(1),
                        found.group(2),
                        found.group(3).strip()))
                .distinct()
                .toList();
    }

    /** What is wrong and what to do. */
    public String message() {
        return "listener " + listener + " of gateway " + gateway + " cannot open " + address + " ("
                + cause.toLowerCase(java.util.Locale.ROOT) + "): " + remedy();
    }

    private String remedy() {
        return cause.contains("Permission denied")
                ? "run as a user that may open it, or choose a port from 1024 on in spec.listeners"
                : "stop what uses it, a program or a gateway of another DataPath, or choose another port in spec.listeners; it is tried again until it works";
    }
}
