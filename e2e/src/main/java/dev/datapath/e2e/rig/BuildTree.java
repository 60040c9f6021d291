package dev.datapath.e2e.rig;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Where this build put its files: found from the running classes, so that the current directory does not matter. */
public final class BuildTree {
    private BuildTree() {}

    /** The {@code e2e/target} directory these classes were built into. */
    public static Path target() {
        try {
            var classes = Path.of(BuildTree.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return Objects.requireNonNull(classes.toAbsolutePath().getParent());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the classes of the rig have no place in a file system", e);
        }
    }

    /** The root of the project's checkout. */
    public static Path projectRoot() {
        for (var dir = target(); dir != null; dir = dir.getParent()) {
            if (Files.isDirectory(dir.resolve("operator")) && Files.isDirectory(dir.resolve("e2e"))) {
                return dir;
            }
        }
        throw new IllegalStateException(
                "the rig runs from " + target() + ", which is not inside a checkout of the project");
    }
}
