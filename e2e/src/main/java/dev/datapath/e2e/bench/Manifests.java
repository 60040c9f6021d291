package dev.datapath.e2e.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The YAML of the benchmarks: what a user would write who leaves everything else to the defaults. */
final class Manifests {
    private static final String VERSION = "apiVersion: datapath.dev/v1alpha1\n";

    private Manifests() {}

    /** One listener for clear text. */
    static String dataPath(int port) {
        return VERSION + """
                kind: DataPath
                metadata: {name: bench}
                spec:
                  listeners:
                  - {name: s3, protocol: HTTP, port: %d}
                """.formatted(port);
    }

    /** A listener for clear text and one for TLS with the certificate of {@link #secret}. */
    static String dataPath(int clear, int tls) {
        return dataPath(clear)
                + "  - {name: s3s, protocol: HTTPS, port: %d, tls: {certificateRefs: [{name: bench-tls}]}}\n"
                        .formatted(tls);
    }

    static String secret(String certificate, String key) {
        return """
                apiVersion: v1
                kind: Secret
                metadata: {name: bench-tls}
                type: kubernetes.io/tls
                data:
                  tls.crt: %s
                  tls.key: %s
                """.formatted(base64(certificate), base64(key));
    }

    static String pool(String name, int... ports) {
        return VERSION
                + """
                kind: StoragePool
                metadata: {name: %s}
                spec:
                  nodes:
                    static:
                """.formatted(name)
                + Arrays.stream(ports)
                        .mapToObj("    - {name: node-%1$d, address: 127.0.0.1, port: %1$d}\n"::formatted)
                        .collect(Collectors.joining());
    }

    /** What requests a rule is about. */
    enum Shape {
        ALL("every operation", ""),
        READS("GetObject and HeadObject", ", operations: [GetObject, HeadObject]");

        final String text;
        private final String yaml;

        Shape(String text, String yaml) {
            this.text = text;
            this.yaml = yaml;
        }
    }

    /** One rule for each of some buckets. */
    static String policy(String name, int firstBucket, int endBucket, Shape shape, IntFunction<String> poolOf) {
        return VERSION
                + """
                kind: RoutingPolicy
                metadata: {name: %s}
                spec:
                  targetRefs: [{name: bench}]
                  rules:
                """.formatted(name)
                + IntStream.range(firstBucket, endBucket)
                        .mapToObj(i -> "  - {name: rule-%d, matches: [{buckets: [%s]%s}], pools: [{name: %s}]}\n"
                                .formatted(i, bucket(i), shape.yaml, poolOf.apply(i)))
                        .collect(Collectors.joining());
    }

    static String bucket(int number) {
        return String.format(Locale.ROOT, "bucket-%04d", number);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }
}
