package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A port that S3 clients connect to.
 *
 * @param name unique within the DataPath
 * @param protocol HTTP or HTTPS
 * @param port 1 to 65535, unique within the DataPath
 * @param baseDomains {@code <bucket>.<baseDomain>} is virtual-hosted style; any other host is path style
 * @param hostnames hosts of path-style requests; empty takes any
 * @param tls required with HTTPS and forbidden with HTTP
 */
@ApiRecord
@ValidationRule(
        value = "self.protocol != 'HTTPS' || has(self.tls)",
        message = "an HTTPS listener needs tls.certificateRefs: name a Secret of type kubernetes.io/tls")
@ValidationRule(
        value = "self.protocol != 'HTTP' || !has(self.tls)",
        message = "an HTTP listener takes no tls: remove tls, or set protocol: HTTPS",
        fieldPath = ".tls")
public record Listener(
        @Required
        @JsonPropertyDescription("Name of the listener, unique within the DataPath; rules refer to it.")
        @Size(min = 1, max = 63)
        @Pattern(Formats.DNS_LABEL)
        String name,

        @Required @JsonPropertyDescription("HTTP or HTTPS. Both use HTTP/1.1.")
        Protocol protocol,

        @Required
        @JsonPropertyDescription("TCP port that clients connect to, unique within the DataPath.")
        @Min(1)
        @Max(65535)
        Integer port,

        @JsonPropertyDescription(
                "DNS names of this endpoint. A request for <bucket>.<base domain> is virtual-hosted style; any other host is path style.")
        @Size(max = 16)
        List<@Size(min = 1, max = 254) @Pattern(Formats.DNS_NAME) String> baseDomains,

        @JsonPropertyDescription(
                "Host names, or IPv4 addresses, that clients use for path-style requests besides baseDomains, without port; a name below a base domain is also path style. When set, a request for any other host gets 400; without it every other host is path style.")
        @Size(max = 16)
        List<@Size(min = 1, max = 253) @Pattern(Formats.DNS_SUBDOMAIN) String> hostnames,

        @JsonPropertyDescription("Certificates and TLS settings; required with HTTPS, not allowed with HTTP.") @Nullable
        Tls tls) {

    public Listener {
        baseDomains = Absent.or(baseDomains);
        hostnames = Absent.or(hostnames);
    }

    /** The protocol of a listener. */
    public enum Protocol {
        HTTP,
        HTTPS
    }

    /**
     * TLS with clients.
     *
     * @param certificateRefs certificates, selected by SNI; the first one is used for unknown server names
     * @param minVersion minimum TLS version
     * @param clientCertificates verification of client certificates; null requests none
     */
    @ApiRecord
    public record Tls(
            @Required
            @JsonPropertyDescription(
                    "Secrets of type kubernetes.io/tls. The client's server name (SNI), which is case-insensitive, selects one of several; the first one is used for clients without a matching server name. Rotation closes no connection.")
            @Size(min = 1, max = 16)
            List<SecretReference> certificateRefs,

            @Default("\"1.2\"") @JsonPropertyDescription("Minimum TLS version of clients: \"1.2\" or \"1.3\".")
            TlsVersion minVersion,

            @JsonPropertyDescription("Verification of client certificates; when absent, none is requested.") @Nullable
            ClientCertificates clientCertificates) {

        public Tls {
            certificateRefs = Absent.or(certificateRefs);
            minVersion = Absent.or(minVersion, TlsVersion.V1_2);
        }
    }

    /** A TLS version. */
    public enum TlsVersion {
        @JsonProperty("1.2")
        V1_2,
        @JsonProperty("1.3")
        V1_3
    }

    /**
     * Mutual TLS with clients.
     *
     * @param mode whether a certificate is requested
     * @param caCertificateRefs CAs that issue client certificates; required unless the mode is None
     */
    @ApiRecord
    @ValidationRule(
            value = "self.mode == 'None' || has(self.caCertificateRefs)",
            message =
                    "clientCertificates needs caCertificateRefs to verify clients with: name a ConfigMap or Secret, or set mode: None")
    public record ClientCertificates(
            @Default("Required")
            @JsonPropertyDescription(
                    "Required: clients without a valid certificate are rejected. Optional: a certificate is verified if it is sent. None: no certificate is requested.")
            ClientCertificateMode mode,

            @JsonPropertyDescription("CA certificates that client certificates are verified with.")
            @Size(min = 1, max = 8)
            List<CaCertificateReference> caCertificateRefs) {

        public ClientCertificates {
            mode = Absent.or(mode, ClientCertificateMode.Required);
            caCertificateRefs = Absent.or(caCertificateRefs);
        }
    }

    /** Whether a listener requests client certificates. */
    public enum ClientCertificateMode {
        None,
        Optional,
        Required
    }
}
