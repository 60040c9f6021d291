package dev.datapath.operator.envoy;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.WatchedDirectory;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.nio.file.Path;

/**
 * Two SDS files that reference the identity of a gateway towards the operator: a directory with {@code tls.crt}, {@code tls.key}
 * and {@code ca.crt}, such as the volume of a Secret. The SDS files never change. The referenced files may change, and Envoy uses
 * them for the next handshake.
 */
public final class SdsFiles {
    /** Default name of the file for the certificate. */
    public static final String CERTIFICATE = "sds-certificate.json";

    /** Default name of the file for the CA bundle. */
    public static final String AUTHORITIES = "sds-authorities.json";

    static final String CERTIFICATE_SECRET = "operator-client";
    static final String AUTHORITIES_SECRET = "operator-authorities";

    private SdsFiles() {}

    /** The SDS resource for the gateway's certificate and key. */
    public static String certificate(Path identity) {
        return json(Secret.newBuilder()
                .setName(CERTIFICATE_SECRET)
                .setTlsCertificate(TlsCertificate.newBuilder()
                        .setCertificateChain(file(identity, "tls.crt"))
                        .setPrivateKey(file(identity, "tls.key"))
                        .setWatchedDirectory(watched(identity)))
                .build());
    }

    /** The SDS resource for the CA bundle that verifies the operator's certificate. */
    public static String authorities(Path identity) {
        return json(Secret.newBuilder()
                .setName(AUTHORITIES_SECRET)
                .setValidationContext(CertificateValidationContext.newBuilder()
                        .setTrustedCa(file(identity, "ca.crt"))
                        .setWatchedDirectory(watched(identity)))
                .build());
    }

    private static DataSource file(Path directory, String name) {
        return DataSource.newBuilder()
                .setFilename(directory.resolve(name).toString())
                .build();
    }

    /** The watched directory. Kubelet swaps a symbolic link in it when the Secret changes; it does not write or move the files. */
    private static WatchedDirectory watched(Path directory) {
        return WatchedDirectory.newBuilder().setPath(directory.toString()).build();
    }

    private static String json(Secret secret) {
        try {
            return JsonFormat.printer()
                    .usingTypeRegistry(TypeRegistry.newBuilder()
                            .add(Secret.getDescriptor())
                            .build())
                    .preservingProtoFieldNames()
                    .print(DiscoveryResponse.newBuilder().addResources(Protos.any(secret)));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("cannot write an SDS secret as JSON", e);
        }
    }
}
