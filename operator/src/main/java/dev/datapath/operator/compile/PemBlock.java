package dev.datapath.operator.compile;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One block of a PEM text (RFC 7468); what stands between blocks is a comment.
 *
 * @param label such as {@code CERTIFICATE}
 * @param der the content
 */
record PemBlock(String label, byte[] der) {
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \\1-----");
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    /** The blocks of a text, in their order. */
    static List<PemBlock> parse(String text) throws UnusableMaterial {
        var blocks = new ArrayList<PemBlock>();
        var matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            var body = matcher.group(2);
            if (body.contains("Proc-Type:") && body.contains("ENCRYPTED")) {
                throw UnusableMaterial.encryptedKey();
            }
            try {
                blocks.add(new PemBlock(matcher.group(1), Base64.getDecoder().decode(body.replaceAll("\\s", ""))));
            } catch (IllegalArgumentException e) {
                throw new UnusableMaterial(
                        "its PEM block " + matcher.group(1) + " is not valid base64: export it again");
            }
        }
        return blocks;
    }

    /** The PEM form. */
    String text() {
        return "-----BEGIN " + label + "-----\n" + new String(LINES.encode(der), StandardCharsets.US_ASCII)
                + "\n-----END " + label + "-----\n";
    }

    @Override
    public String toString() {
        return "PemBlock[" + label + "]";
    }
}
