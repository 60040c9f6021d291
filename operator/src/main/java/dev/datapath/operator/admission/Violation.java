package dev.datapath.operator.admission;

/**
 * One reason why an API server would reject an object.
 *
 * @param path the invalid field; {@link FieldPath#ROOT} when the whole object is invalid
 * @param type the kind of error
 * @param message describes the error and what to write instead; does not repeat the path
 */
public record Violation(FieldPath path, Type type, String message) {

    /** The kinds of error, after {@code field.ErrorType} of apimachinery. */
    public enum Type {
        UNKNOWN_FIELD(false),
        DUPLICATE(false),
        INVALID(false),
        RULE(false),
        WRONG_TYPE(true),
        REQUIRED(true),
        NOT_SUPPORTED(true),
        TOO_LONG(true),
        TOO_MANY(true);

        private final boolean blocksRules;

        Type(boolean blocksRules) {
            this.blocksRules = blocksRules;
        }

        /**
         * Whether CEL rules are not evaluated on an object with such an error, because they rely on types, presence and bounds.
         * Same set as {@code hasBlockingErr} in apiextensions-apiserver.
         */
        public boolean blocksRules() {
            return blocksRules;
        }
    }

    @Override
    public String toString() {
        String at = path.toString();
        return at.isEmpty() ? message : at + ": " + message;
    }
}
