package dev.datapath.e2e.store;

import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.S3Store;
import dev.datapath.e2e.rig.SignatureV4;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A request with a valid Signature Version 4 that no SDK would send ("Signature Calculations for the Authorization Header",
 * Amazon S3 API Reference).
 *
 * @param headers lines that are sent and signed besides those of the signature
 */
record SignedRequest(String method, String target, List<String> headers, String body) {
    private static final String HOST = "host:";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final String REGION = "us-east-1";

    /** Sends it to a port on loopback and returns the answer's status. */
    int sendTo(int port) throws IOException {
        var time = TIME.format(Instant.now());
        var signed = new TreeMap<String, String>();
        signed.put("host", "127.0.0.1:" + port);
        signed.put("x-amz-date", time);
        signed.put("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
        headers.forEach(line -> {
            var parts = line.split(":", 2);
            signed.put(parts[0].toLowerCase(Locale.ROOT), parts[1].strip());
        });
        var names = String.join(";", signed.keySet());
        var scope = time.substring(0, 8) + "/" + REGION + "/s3/aws4_request";
        var signature = SignatureV4.of(canonical(signed, names), time, scope, S3Store.SECRET_KEY);
        var lines = new ArrayList<>(headers);
        lines.add("x-amz-date: " + time);
        lines.add("x-amz-content-sha256: UNSIGNED-PAYLOAD");
        lines.add("Content-Length: " + body.length());
        lines.add("Authorization: AWS4-HMAC-SHA256 Credential=" + S3Store.ACCESS_KEY + "/" + scope + ",SignedHeaders="
                + names + ",Signature=" + signature);
        try (var client = RawClient.to(port)) {
            lines.removeIf(line -> line.toLowerCase(Locale.ROOT).startsWith(HOST));
            lines.addFirst("Host: " + signed.get("host"));
            client.send(method + " " + target + " HTTP/1.1\r\n" + String.join("\r\n", lines) + "\r\n\r\n" + body);
            return client.answerTo(method).status();
        }
    }

    private String canonical(TreeMap<String, String> signed, String names) {
        var lines = signed.entrySet().stream()
                .map(header -> header.getKey() + ":" + header.getValue() + "\n")
                .collect(Collectors.joining());
        return String.join(
                "\n",
                method,
                target.split("\\?", 2)[0],
                SignatureV4.canonicalQuery(target),
                lines,
                names,
                "UNSIGNED-PAYLOAD");
    }
}
