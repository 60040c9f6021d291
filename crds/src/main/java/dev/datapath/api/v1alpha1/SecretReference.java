package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/**
 * References a Secret of type {@code kubernetes.io/tls} in the namespace of the referencing object.
 *
 * @param name the Secret's name
 */
@ApiRecord
public record SecretReference(
        @Required
        @JsonPropertyDescription("Name of a Secret of type kubernetes.io/tls in the same namespace.")
        @Size(min = 1, max = 253)
        @Pattern(Formats.DNS_SUBDOMAIN)
        String name) {}
