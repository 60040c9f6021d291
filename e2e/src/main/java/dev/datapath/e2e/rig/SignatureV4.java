package dev.datapath.e2e.rig;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * AWS Signature Version 4 as S3 computes it ("Signature Calculations for the Authorization Header", Amazon S3 API Reference). Text
 * stands for its ISO-8859-1 bytes, as in an HTTP head.
 */
public final class SignatureV4 {
    private SignatureV4() {}

    /**
     * The signature, in hexadecimal.
     *
     * @param time as in {@code x-amz-date}
     * @param scope {@code date/region/s3/aws4_request}
     */
    public static String of(String canonicalRequest, String time, String scope, String secret) {
        var key = bytes("AWS4" + secret);
        for (var step : scope.split("/")) {
            key = hmac(key, step);
        }
        var toSign = String.join("\n", "AWS4-HMAC-SHA256", time, scope, sha256(canonicalRequest));
        return HexFormat.of().formatHex(hmac(key, toSign));
    }

    /** The query of a request target in canonical form; empty when there is none. */
    public static String canonicalQuery(String target) {
        int mark = target.indexOf('?');
        return mark < 0
                ? ""
                : Arrays.stream(target.substring(mark + 1).split("&"))
                        .map(parameter -> parameter.contains("=") ? parameter : parameter + "=")
                        .sorted()
                        .collect(Collectors.joining("&"));
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
