package dev.datapath.operator.tls;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One block of a PEM text (RFC 7468). Text between blocks is a comment. Headers within a block (RFC 1421, 4.6), which
 * OpenSSL writes for encrypted keys, are supported.
 *
 * @param label such as {@code CERTIFICATE}
 * @param der the content
 */
public record PemBlock(String label, byte[] der) {
    private static final String DASHES = "-----";
    private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([^-\r\n]{1,40})-----");
    private static final Pattern HEADERS = Pattern.compile("^\\s*[A-Za-z0-9-]+:.*?\\r?\\n\\s*?\\r?\\n", Pattern.DOTALL);
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    /**
     * The blocks of a text.
     *
     * @param blocks in order
     * @param unread number of blocks without an END line
     */
    record Blocks(List<PemBlock> blocks, int unread) {}

    /** The blocks of a text, in order. */
    public static List<PemBlock> parse(String text) throws UnusableMaterial {
        return read(text).blocks();
    }

    /**
     * The blocks of a text, and the number of blocks without an END line. Takes time in proportion to the length of any
     * text.
     */
    static Blocks read(String text) throws UnusableMaterial {
        var blocks = new ArrayList<PemBlock>();
        int unread = 0;
        var begin = BEGIN.matcher(text);
        for (int from = 0; begin.find(from); ) {
            var label = begin.group(1);
            var end = "-----END " + label + DASHES;
            int dashes = text.indexOf(DASHES, begin.end());
            if (dashes >= 0 && text.startsWith(end, dashes)) {
                blocks.add(new PemBlock(label, content(label, text.substring(begin.end(), dashes))));
                from = dashes + end.length();
            } else {
                unread++;
                from = begin.end();
            }
        }
        return new Blocks(blocks, unread);
    }

    private static byte[] content(String label, String body) throws UnusableMaterial {
        var headers = HEADERS.matcher(body);
        boolean has = headers.find();
        if (has && headers.group().contains("ENCRYPTED")) {
            throw UnusableMaterial.encryptedKey();
        }
        try {
            return Base64.getDecoder().decode((has ? body.substring(headers.end()) : body).replaceAll("\\s", ""));
        } catch (IllegalArgumentException e) {
            throw new UnusableMaterial("its PEM block " + label + " is not valid base64: export it again");
        }
    }

    /** The PEM form. */
    public String text() {
        return "-----BEGIN " + label + "-----\n" + new String(LINES.encode(der), StandardCharsets.US_ASCII)
                + "\n-----END " + label + "-----\n";
    }

    @Override
    public String toString() {
        return "PemBlock[" + label + "]";
    }
}
