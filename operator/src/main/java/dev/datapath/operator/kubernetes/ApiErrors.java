package dev.datapath.operator.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClientException;

/** Messages of failed Kubernetes API requests. */
public final class ApiErrors {
    private ApiErrors() {}

    /**
     * The message of the API server, without the text that the client adds; the client's message when the request did
     * not reach the API server.
     */
    public static String message(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof KubernetesClientException refused
                    && refused.getStatus() != null
                    && refused.getStatus().getMessage() != null) {
                return refused.getStatus().getMessage();
            }
        }
        return String.valueOf(failure.getMessage());
    }
}
