package dev.datapath.operator.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** The version of this program, from the root pom.xml. */
final class Version {
    private Version() {}

    /** Provides the output of {@code --version}. */
    static final class Provider implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"datapath " + current()};
        }
    }

    /** Such as {@code 0.1.0}; images and Helm chart have the same version. */
    static String current() {
        try (var file = Version.class.getResourceAsStream("version")) {
            if (file == null) {
                throw new IllegalStateException("the version is not on the class path");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .strip()
                    .replace("-SNAPSHOT", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
