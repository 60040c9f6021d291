package dev.datapath.operator.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClientException;

/** Why the API server does not do what it was asked to. */
public final class ApiErrors {
    private ApiErrors() {}

    /** The API server's own words, without those of the client around them; the client's when it could not be asked at all. */
    public static String words(Throwable failure) {
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
