package dev.datapath.operator.apiserver;

/** An answer that is an error, in the words of {@code metav1.Status}. */
final class ApiFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int code;
    private final String reason;

    ApiFailure(int code, String reason, String message) {
        super(message);
        this.code = code;
        this.reason = reason;
    }

    static ApiFailure notFound(String kind, String name) {
        return new ApiFailure(404, "NotFound", kind + " \"" + name + "\" not found");
    }

    int code() {
        return code;
    }

    String reason() {
        return reason;
    }
}
