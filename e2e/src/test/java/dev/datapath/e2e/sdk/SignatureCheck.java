package dev.datapath.e2e.sdk;

import dev.datapath.e2e.rig.HttpHead;
import dev.datapath.e2e.rig.SignatureV4;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Checks the AWS Signature Version 4 of a request from its head as it came over the wire, the way S3 does.
 */
final class SignatureCheck {
    private static final Pattern AUTHORIZATION =
            Pattern.compile("AWS4-HMAC-SHA256 Credential=[^/]+/([0-9]+)/([^/]+)/s3/aws4_request, ?"
                    + "SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)");

    private SignatureCheck() {}

    /** Whether the signature in the Authorization header is the one that this head has under that secret. */
    static boolean valid(HttpHead head, String secret) {
        var authorization = AUTHORIZATION.matcher(head.field("authorization").orElse(""));
        if (!authorization.matches()) {
            return false;
        }
        var date = authorization.group(1);
        var region = authorization.group(2);
        var scope = date + "/" + region + "/s3/aws4_request";
        var canonical = canonicalRequest(head, List.of(authorization.group(3).split(";")));
        return SignatureV4.of(canonical, head.field("x-amz-date").orElseThrow(), scope, secret)
                .equals(authorization.group(4));
    }

    private static String canonicalRequest(HttpHead head, List<String> signedHeaders) {
        var headers = signedHeaders.stream()
                .map(name -> name + ":" + head.field(name).orElseThrow() + "\n")
                .collect(Collectors.joining());
        return String.join(
                "\n",
                head.method(),
                canonicalPath(head.target().split("\\?", 2)[0]),
                SignatureV4.canonicalQuery(head.target()),
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
        return Arrays.stream(decoded.split("/", -1)).map(SignatureCheck::encode).collect(Collectors.joining("/"));
    }

    private static String encode(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }
}
