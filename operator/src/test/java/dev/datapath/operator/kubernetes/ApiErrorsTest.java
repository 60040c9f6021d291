package dev.datapath.operator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class ApiErrorsTest {

    @Test
    void theApiServersMessageIsFoundInNestedCauses() {
        var status = new StatusBuilder()
                .withCode(403)
                .withMessage("secrets \"web\" is forbidden")
                .build();
        var refused = new KubernetesClientException(
                "Failure executing: GET at: https://10.43.0.1:443/api. Received status: Status(...)", 403, status);

        assertThat(ApiErrors.message(refused)).isEqualTo("secrets \"web\" is forbidden");
        assertThat(ApiErrors.message(new CompletionException(refused))).isEqualTo("secrets \"web\" is forbidden");
    }

    @Test
    void withoutAResponseTheClientsMessageIsUsed() {
        assertThat(ApiErrors.message(new KubernetesClientException("connection refused")))
                .isEqualTo("connection refused");
    }
}
