package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/**
 * References the object that a policy attaches to (GEP-713), in the policy's own namespace.
 *
 * @param group API group of the target
 * @param kind kind of the target
 * @param name name of the target
 */
@ApiRecord
public record TargetReference(
        @Required
        @Default(TargetReference.GROUP)
        @JsonPropertyDescription("API group of the target; always datapath.dev.")
        @Size(max = 32)
        @Pattern("^datapath\\.dev$")
        String group,

        @Required @Default("DataPath") @JsonPropertyDescription("Kind of the target; always DataPath.")
        Kind kind,

        @Required
        @JsonPropertyDescription("Name of a DataPath in the same namespace.")
        @Size(min = 1, max = 50)
        @Pattern(Formats.DNS_LABEL)
        String name) {

    static final String GROUP = "datapath.dev";

    public TargetReference {
        group = Absent.or(group, GROUP);
        kind = Absent.or(kind, Kind.DataPath);
    }

    /** The kinds that a policy can attach to. */
    public enum Kind {
        DataPath
    }
}
