package dev.datapath.e2e.sdk;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.S3Store;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import org.apache.hc.client5.http.DnsResolver;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** AWS SDK clients as their users configure them, with the defaults of the SDK for all that is not the address. */
final class S3Clients {
    private S3Clients() {}

    static StaticCredentialsProvider credentials() {
        return StaticCredentialsProvider.create(AwsBasicCredentials.create(S3Store.ACCESS_KEY, S3Store.SECRET_KEY));
    }

    static URI endpoint(Rig rig) {
        return URI.create("http://127.0.0.1:" + rig.port());
    }

    /** Path style at the first gateway's address. */
    static S3Client pathStyle(Rig rig) {
        return builder(endpoint(rig)).forcePathStyle(true).build();
    }

    /** Virtual-hosted style under the base domain, whose every name leads to loopback. */
    static S3Client virtualHosted(Rig rig) {
        return builder(URI.create("http://" + S3Store.BASE_DOMAIN + ":" + rig.port()))
                .httpClientBuilder(Apache5HttpClient.builder().dnsResolver(new EveryNameIsLoopback()))
                .build();
    }

    private static S3ClientBuilder builder(URI endpoint) {
        return S3Client.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(credentials());
    }

    static S3Presigner presigner(Rig rig) {
        return S3Presigner.builder()
                .endpointOverride(endpoint(rig))
                .region(Region.US_EAST_1)
                .credentialsProvider(credentials())
                .serviceConfiguration(
                        S3Configuration.builder().pathStyleAccessEnabled(true).build())
                .build();
    }

    private static final class EveryNameIsLoopback implements DnsResolver {
        @Override
        public InetAddress[] resolve(String host) {
            return new InetAddress[] {InetAddress.getLoopbackAddress()};
        }

        @Override
        public String resolveCanonicalHostname(String host) throws UnknownHostException {
            return host;
        }
    }
}
