package dev.datapath.e2e.sdk;

import dev.datapath.e2e.rig.HttpHead;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Computes the AWS Signature Version 4 of a request from its head as it came over the wire, the way S3 does ("Signature
 * Calculations for the Authorization Header", Amazon S3 API Reference).
 */
final class SignatureV4 {
    private static final Pattern AUTHORIZATION =
            Pattern.compile("AWS4-HMAC-SHA256 Credential=[^/]+/([0-9]+)/([^/]+)/s3/aws4_request, ?"
                    + "SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)");

    private SignatureV4() {}

    /** Whether the signature in the Authorization header is the one that this head has under that secret. */
    static boolean valid(HttpHead head, String secret) {
        var authorization = AUTHORIZATION.matcher(head.field("authorization").orElse(""));
        if (!authorization.matches()) {
            return false;
        }
        var date = authorization.group(1);
        var region = authorization.group(2);
        var canonical = canonicalRequest(head, List.of(authorization.group(3).split(";")));
        var toSign = String.join(
                "\n",
                "AWS4-HMAC-SHA256",
                head.field("x-amz-date").orElseThrow(),
                date + "/" + region + "/s3/aws4_request",
                sha256(canonical));
        var key = bytes("AWS4" + secret);
        for (var step : List.of(date, region, "s3", "aws4_request")) {
            key = hmac(key, step);
        }
        return HexFormat.of().formatHex(hmac(key, toSign)).equals(authorization.group(4));
    }

    private static String canonicalRequest(HttpHead head, List<String> signedHeaders) {
        var target = head.target().split("\\?", 2);
        var query = target.length < 2
                ? ""
                : Arrays.stream(target[1].split("&"))
                        .map(parameter -> parameter.contains("=") ? parameter : parameter + "=")
                        .sorted()
                        .collect(Collectors.joining("&"));
        var headers = signedHeaders.stream()
                .map(name -> name + ":" + head.field(name).orElseThrow() + "\n")
                .collect(Collectors.joining());
        return String.join(
                "\n",
                head.method(),
                canonicalPath(target[0]),
                query,
                headers,
                String.join(";", signedHeaders),
                head.field("x-amz-content-sha256").orElseThrow());
    }

    /**
     * Decoded and encoded again, slashes left alone: the SDK's Apache client sends {@code //} as {@code /%2F} after it has signed
     * {@code //}, and S3 knows.
     */
    private static String canonicalPath(String path) {
        var decoded = URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
        return Arrays.stream(decoded.split("/", -1)).map(SignatureV4::encode).collect(Collectors.joining("/"));
    }

    private static String encode(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
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
