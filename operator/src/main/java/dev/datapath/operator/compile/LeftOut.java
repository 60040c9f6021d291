package dev.datapath.operator.compile;

import dev.datapath.operator.tls.UnusableMaterial;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Content of a Secret or ConfigMap that an operator does not hold, because it is too large. A mark stands in its place, which is neither
 * base64 nor PEM.
 *
 * @param why what it is too large for
 * @param bytes how large the content of the object is
 * @param bound how large it may be, or how much is held of the namespace
 */
public record LeftOut(Why why, long bytes, long bound) {
    private static final Pattern MARK = Pattern.compile("\u0000left out: ([A-Z]{1,20}) ([0-9]{1,18}) ([0-9]{1,18})");
    private static final int LONGEST_MARK = 80;

    /** What there is no room for. */
    public enum Why {
        /** The object alone is too large. */
        OBJECT,
        /** The objects that its namespace refers to are too large together. */
        NAMESPACE,
        /** Those of all namespaces are. */
        ALL
    }

    /** The text that stands in place of the content. */
    public String mark() {
        return "\u0000left out: " + why + " " + bytes + " " + bound;
    }

    /** Fails when the content was left out. */
    static String required(String content) throws UnusableMaterial {
        var found = content.length() > LONGEST_MARK ? Optional.<LeftOut>empty() : of(content);
        if (found.isPresent()) {
            throw new UnusableMaterial(found.get().problem());
        }
        return content;
    }

    private static Optional<LeftOut> of(String text) {
        var matcher = MARK.matcher(text);
        if (matcher.matches()) {
            for (var why : Why.values()) {
                if (why.name().equals(matcher.group(1))) {
                    return Optional.of(
                            new LeftOut(why, Long.parseLong(matcher.group(2)), Long.parseLong(matcher.group(3))));
                }
            }
        }
        return Optional.empty();
    }

    private String problem() {
        var has = "its content has " + kib(bytes) + " KiB";
        return switch (why) {
            case OBJECT ->
                has + ", more than the " + kib(bound)
                        + " KiB that are read of one object: store in it only the certificates and keys that are referred to";
            case NAMESPACE ->
                has
                        + ", and with it the Secrets and ConfigMaps that are referred to in this namespace have more than the "
                        + kib(bound)
                        + " KiB that the operator holds of one namespace: remove references, or certificates that"
                        + " are not needed, or raise the memory limit of the operator";
            case ALL ->
                has
                        + ", and with it the Secrets and ConfigMaps that are referred to in all namespaces have more than the "
                        + kib(bound) + " KiB that the operator holds: raise the memory limit of the operator";
        };
    }

    private static long kib(long bytes) {
        return (bytes + 1023) / 1024;
    }
}
