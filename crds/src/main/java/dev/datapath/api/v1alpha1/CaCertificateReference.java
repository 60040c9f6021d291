package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/**
 * References a bundle of PEM certificates in the namespace of the referencing object.
 *
 * @param kind kind of the object that contains the bundle
 * @param name name of that ConfigMap or Secret
 * @param key the data key that contains the bundle
 */
@ApiRecord
public record CaCertificateReference(
        @Required
        @Default("ConfigMap")
        @JsonPropertyDescription("Kind of the object that contains the CA certificates: ConfigMap or Secret.")
        Kind kind,

        @Required
        @JsonPropertyDescription("Name of that object, in the same namespace.")
        @Size(min = 1, max = 253)
        @Pattern(Formats.DNS_SUBDOMAIN)
        String name,

        @Default("ca.crt")
        @JsonPropertyDescription("Data key that contains one or more CA certificates as PEM.")
        @Size(min = 1, max = 253)
        @Pattern("^[-._a-zA-Z0-9]+$")
        String key) {

    public CaCertificateReference {
        kind = Absent.or(kind, Kind.ConfigMap);
        key = Absent.or(key, "ca.crt");
    }

    /** Where CA certificates can be kept. */
    public enum Kind {
        ConfigMap,
        Secret
    }
}
