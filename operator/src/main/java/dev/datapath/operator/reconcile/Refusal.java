package dev.datapath.operator.reconcile;

import io.fabric8.kubernetes.client.KubernetesClientException;

/** Why the API server does not do what it was asked to. */
final class Refusal {
    private Refusal() {}

    /** The API server's own words, without those of the client around them; the client's when it could not be asked at all. */
    static String words(Throwable failure) {
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
