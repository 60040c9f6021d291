package dev.datapath.operator.manifest;

import dev.datapath.operator.manifest.ManifestFile.Fault;
import dev.datapath.operator.manifest.ManifestFile.Part;
import dev.datapath.operator.manifest.ManifestFile.Size;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads one file. Unchanged content is reused, either a whole file or single documents of it. */
final class ManifestFileReader {
    /** Maximum size of a file; larger files are not read. */
    static final int MAX_FILE_BYTES = 8 * 1024 * 1024;
    /**
     * Limit of all files together; further files are not read. Measured: this number of minimal objects takes 54 MiB of
     * memory, and this number of values 140 MiB.
     */
    static final Size MOST = new Size(64L * 1024 * 1024, 20_000, 500_000);
    /** Maximum documents per file; the rest is not read. */
    static final int MAX_DOCUMENTS = 10_000;

    /** A backslash escape in a JSON string. */
    private static final Pattern JSON_ESCAPE = Pattern.compile("\\\\.");

    private final Identifier identifier;
    private final InstantSource clock;

    ManifestFileReader(Identifier identifier, InstantSource clock) {
        this.identifier = identifier;
        this.clock = clock;
    }

    /**
     * @param before the same file as last read, or null
     * @param room limit of its size, given the other files
     * @return empty when the file no longer exists
     */
    Optional<ManifestFile> read(Path path, @Nullable ManifestFile before, Size room) {
        FileStamp stamp = before == null ? FileStamp.NONE : before.stamp();
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (attributes.size() > room.bytes()) {
                return Optional.of(broken(
                        path,
                        FileStamp.NONE,
                        0,
                        0,
                        "the file is not read, because all files together are larger than "
                                + MOST.bytes() / (1024 * 1024) + " MiB; move some of them to another directory"));
            }
            if (before != null && before.stamp().isCurrent(path, attributes)) {
                return Optional.of(before.size().fits(room) ? before : tooMuch(path));
            }
            if (attributes.size() > 0 && (room.objects() <= 0 || room.values() <= 0)) {
                return Optional.of(tooMuch(path));
            }
            stamp = FileStamp.of(path, attributes, clock.instant());
            byte[] bytes = bytes(path);
            if (bytes.length > MAX_FILE_BYTES) {
                return Optional.of(broken(
                        path, stamp, 0, 0, "the file is larger than 8 MiB; split it into files of fewer objects"));
            }
            return Optional.of(parse(path, stamp, bytes, before, room));
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        } catch (IOException unreadable) {
            return Optional.of(
                    broken(path, stamp, 0, 0, "the file cannot be read (" + unreadable + "); check its permissions"));
        } catch (RuntimeException | StackOverflowError defect) {
            return Optional.of(broken(
                    path,
                    stamp,
                    0,
                    0,
                    "the file cannot be read because of a defect of datapath ("
                            + defect.getClass().getSimpleName()
                            + "); please report it with this file, without secret values"));
        }
    }

    private static ManifestFile tooMuch(Path path) {
        return broken(
                path,
                FileStamp.NONE,
                0,
                0,
                "the file is not read, because all files together have more than "
                        + String.format(Locale.ROOT, "%,d objects or %,d values", MOST.objects(), MOST.values())
                        + "; files in use and small files have priority: remove objects that no DataPath needs, or move some to"
                        + " the directory of another instance");
    }

    /** Reads the content of a stream, which has no path of its own. */
    ManifestFile read(Path name, byte[] bytes, Size room) {
        if (bytes.length > MAX_FILE_BYTES) {
            return broken(
                    name, FileStamp.NONE, 0, 0, "there are more than 8 MiB; split them into files of fewer objects");
        }
        return parse(name, FileStamp.NONE, bytes, null, room);
    }

    private static byte[] bytes(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(MAX_FILE_BYTES + 1);
        }
    }

    private ManifestFile parse(Path path, FileStamp stamp, byte[] bytes, @Nullable ManifestFile before, Size room) {
        CharBuffer text = CharBuffer.allocate(bytes.length);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CoderResult result = decoder.decode(in, text, true);
        text.flip();
        if (result.isError()) {
            int line = (int) text.chars().filter(c -> c == '\n').count() + 1;
            return broken(path, stamp, line, 1, "this line is not UTF-8 text; save the file as UTF-8");
        }
        List<Part> parts = new ArrayList<>();
        Size size = new Size(bytes.length, 0, 0);
        Iterable<Part> all = parts(clean(path, text.toString()), before)::iterator;
        for (Part part : all) {
            size = size.plus(part.documents());
            // Checked before the next part: content that exceeds the limit is never completely in memory.
            if (!size.fits(room)) {
                return tooMuch(path);
            }
            parts.add(part);
        }
        return new ManifestFile(path, stamp, List.copyOf(parts), size, null);
    }

    /**
     * Removes the byte order mark, and the two features of JSON that are not valid YAML: tabs between tokens, and
     * {@code \/}.
     */
    private static String clean(Path path, String text) {
        String body = text.startsWith("\uFEFF") ? text.substring(1) : text;
        return path.toString().endsWith(".json")
                ? JSON_ESCAPE.matcher(body.replace('\t', ' ')).replaceAll(ManifestFileReader::yamlEscape)
                : body;
    }

    private static String yamlEscape(MatchResult escape) {
        return Matcher.quoteReplacement(escape.group().equals("\\/") ? "/" : escape.group());
    }

    /** The parts of a text, each parsed on demand; unchanged ones are reused. */
    private Stream<Part> parts(String text, @Nullable ManifestFile before) {
        Map<String, List<ManifestDocument>> known = new HashMap<>();
        if (before != null) {
            before.parts().forEach(part -> known.put(part.text(), part.documents()));
        }
        List<YamlText.Chunk> chunks = YamlText.split(text);
        Stream<Part> parts = chunks.stream().limit(MAX_DOCUMENTS).map(chunk -> {
            List<ManifestDocument> documents = known.get(chunk.text());
            return new Part(
                    chunk.text(), chunk.firstLine() - 1, documents == null ? documents(chunk.text()) : documents);
        });
        return chunks.size() <= MAX_DOCUMENTS
                ? parts
                : Stream.concat(parts, Stream.of(tooManyDocuments(chunks.get(MAX_DOCUMENTS))));
    }

    private List<ManifestDocument> documents(String text) {
        return YamlText.parse(text).stream()
                .flatMap(document -> identifier.identify(document).stream())
                .toList();
    }

    private static Part tooManyDocuments(YamlText.Chunk first) {
        YamlDocument.Fault tooMany = YamlDocument.Fault.inText(
                1, 1, "the file has more than " + MAX_DOCUMENTS + " documents; move the rest into other files");
        return new Part(
                "",
                first.firstLine() - 1,
                List.of(ManifestDocument.unidentified(Positions.of(1, 1), List.of(tooMany))));
    }

    private static ManifestFile broken(Path path, FileStamp stamp, int line, int column, String message) {
        return new ManifestFile(path, stamp, List.of(), Size.NONE, new Fault(line, column, message));
    }
}
