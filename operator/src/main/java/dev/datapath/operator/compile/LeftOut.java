package dev.datapath.operator.compile;

import dev.datapath.operator.tls.UnusableMaterial;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Content of a Secret or ConfigMap that the operator does not keep in memory, because it is too large. It is replaced by a mark,
 * which is neither base64 nor PEM.
 *
 * @param why which limit it exceeds
 * @param bytes size of the content of the object
 * @param bound the limit for the object, the namespace or all namespaces
 */
public record LeftOut(Why why, long bytes, long bound) {
    private static final Pattern MARK = Pattern.compile("\u0000left out: ([A-Z]{1,20}) ([0-9]{1,18}) ([0-9]{1,18})");
    private static final int LONGEST_MARK = 80;

    /** The limit that is exceeded. */
    public enum Why {
        /** The limit for one object. */
        OBJECT,
        /** The limit for all objects that are referenced in its namespace. */
        NAMESPACE,
        /** The limit for all objects that are referenced in any namespace. */
        ALL
    }

    /** The text that replaces the content. */
    public String mark() {
        return "\u0000left out: " + why + " " + bytes + " " + bound;
    }

    /** Returns the content, or throws when it was left out. */
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
                        + " KiB that the operator reads of one object: store only referenced certificates and keys in it";
            case NAMESPACE ->
                has
                        + ", and with it the Secrets and ConfigMaps referenced in this namespace have more than the "
                        + kib(bound)
                        + " KiB that the operator keeps of one namespace: remove references, or certificates that"
                        + " are not needed, or raise the memory limit of the operator";
            case ALL ->
                has
                        + ", and with it the Secrets and ConfigMaps referenced in all namespaces have more than the "
                        + kib(bound) + " KiB that the operator keeps: raise the memory limit of the operator";
        };
    }

    private static long kib(long bytes) {
        return (bytes + 1023) / 1024;
    }
}
