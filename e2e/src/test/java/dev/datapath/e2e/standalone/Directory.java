package dev.datapath.e2e.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The directory that a user would edit, and the status that stands beside it. */
record Directory(Path path) {

    /** Writes a file as editors do: the new content is there at once. */
    void write(String name, String content) {
        try {
            var draft = Files.writeString(path.resolve("." + name + ".swp"), content);
            Files.move(draft, path.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void delete(String name) {
        try {
            Files.delete(path.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The status file of an object, such as {@code datapath-ai-training}; empty while there is none. */
    String status(String object) {
        return text(path.resolve(".status").resolve(object + ".yaml"));
    }

    /** What is wrong, one finding a line. */
    String findings() {
        return text(path.resolve(".status").resolve("findings.txt"));
    }

    private static String text(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException replaced) {
            return "";
        }
    }

    /** A DataPath with one listener that sends everything to a pool of the same name. */
    static String dataPath(String name, int port, int nodePort) {
        return """
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: %1$s, namespace: ai}
                spec:
                  listeners:
                  - {name: s3, protocol: HTTP, port: %2$d, hostnames: [127.0.0.1]}
                  poolRef: {name: %1$s}
                  drain: {timeout: 30s}
                ---
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: %1$s, namespace: ai}
                spec:
                  nodes:
                    static:
                    - {name: node-1, address: 127.0.0.1, port: %3$d}
                """.formatted(name, port, nodePort);
    }

    /** A policy that refuses everything in one bucket. */
    static String refusal(String dataPath, String bucket) {
        return """
                apiVersion: datapath.dev/v1alpha1
                kind: RoutingPolicy
                metadata: {name: refusal, namespace: ai}
                spec:
                  targetRefs: [{name: %s}]
                  rules:
                  - name: closed
                    matches: [{buckets: [%s]}]
                    deny: {code: AccessDenied}
                """.formatted(dataPath, bucket);
    }
}
