package dev.datapath.e2e.store;

import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.S3Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

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
        var toSign = String.join("\n", "AWS4-HMAC-SHA256", time, scope, sha256(canonical(signed, names)));
        var lines = new ArrayList<>(headers);
        lines.add("x-amz-date: " + time);
        lines.add("x-amz-content-sha256: UNSIGNED-PAYLOAD");
        lines.add("Content-Length: " + body.length());
        lines.add("Authorization: AWS4-HMAC-SHA256 Credential=" + S3Store.ACCESS_KEY + "/" + scope + ",SignedHeaders="
                + names + ",Signature=" + HexFormat.of().formatHex(hmac(key(scope), toSign)));
        try (var client = RawClient.to(port)) {
            lines.removeIf(line -> line.toLowerCase(Locale.ROOT).startsWith(HOST));
            lines.addFirst("Host: " + signed.get("host"));
            client.send(method + " " + target + " HTTP/1.1\r\n" + String.join("\r\n", lines) + "\r\n\r\n" + body);
            return client.answerTo(method).status();
        }
    }

    private String canonical(TreeMap<String, String> signed, String names) {
        var parts = target.split("\\?", 2);
        var query = parts.length < 2
                ? ""
                : Arrays.stream(parts[1].split("&"))
                        .map(parameter -> parameter.contains("=") ? parameter : parameter + "=")
                        .sorted()
                        .collect(Collectors.joining("&"));
        var lines = signed.entrySet().stream()
                .map(header -> header.getKey() + ":" + header.getValue() + "\n")
                .collect(Collectors.joining());
        return String.join("\n", method, parts[0], query, lines, names, "UNSIGNED-PAYLOAD");
    }

    private static byte[] key(String scope) {
        var key = bytes("AWS4" + S3Store.SECRET_KEY);
        for (var step : scope.split("/")) {
            key = hmac(key, step);
        }
        return key;
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(bytes(text));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes(text)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
