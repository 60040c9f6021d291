package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/**
 * References a StoragePool in the namespace of the referencing object.
 *
 * @param name the StoragePool's name
 */
@ApiRecord
public record PoolReference(
        @Required
        @JsonPropertyDescription("Name of a StoragePool in the same namespace.")
        @Size(min = 1, max = 50)
        @Pattern(Formats.DNS_LABEL)
        String name) {}
