package dev.datapath.e2e.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Reads the head of an answer with few instructions. */
final class AnswerHead {
    private static final String LENGTH = "content-length: ";

    private AnswerHead() {}

    /** Where the body begins in what was put into {@code in}; -1 when the head is not complete. */
    static int end(ByteBuffer in) {
        for (int i = 0; i + 3 < in.position(); i++) {
            if (in.get(i) == '\r' && in.get(i + 2) == '\r' && in.get(i + 3) == '\n') {
                return i + 4;
            }
        }
        return -1;
    }

    /** The status code. */
    static int status(ByteBuffer in) {
        return (in.get(9) - '0') * 100 + (in.get(10) - '0') * 10 + (in.get(11) - '0');
    }

    /** The head as text, in lower case. */
    static String text(ByteBuffer in, int end) {
        var bytes = new byte[end];
        in.get(0, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    }

    /** The length the head promises. */
    static long length(String head) throws IOException {
        int at = head.indexOf(LENGTH);
        if (at < 0) {
            throw new IOException("an answer without a length: " + head);
        }
        return Long.parseLong(head.substring(at + LENGTH.length(), head.indexOf('\r', at)));
    }

    /** Fails unless the answer is 200 and promises {@code size} bytes. */
    static void check(ByteBuffer in, int end, long size) throws IOException {
        if (status(in) != 200) {
            throw new IOException("answered " + text(in, in.position()));
        }
        var head = text(in, end);
        if (length(head) != size) {
            throw new IOException("answered with another length than " + size + ": " + head);
        }
    }
}
