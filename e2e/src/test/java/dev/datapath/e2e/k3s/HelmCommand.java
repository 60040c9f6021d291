package dev.datapath.e2e.k3s;

import com.marcnuri.helm.Helm;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;

/** As much of the command {@code helm} as our pages use, by Helm's own library: for machines without the command. */
final class HelmCommand {
    private HelmCommand() {}

    public static void main(String[] arguments) {
        var rest = new ArrayDeque<>(List.of(arguments));
        var command = rest.removeFirst();
        var release = rest.removeFirst();
        switch (command) {
            case "install" -> {
                var install = new Helm(Path.of(rest.removeFirst()))
                        .install()
                        .withName(release)
                        .withKubeConfig(Path.of(System.getenv("KUBECONFIG")));
                while (!rest.isEmpty()) {
                    var option = rest.removeFirst();
                    switch (option) {
                        case "--namespace" -> install.withNamespace(rest.removeFirst());
                        case "--create-namespace" -> install.createNamespace();
                        case "--set" -> {
                            var pair = rest.removeFirst().split("=", 2);
                            install.set(pair[0], pair[1]);
                        }
                        default -> throw new IllegalArgumentException("helm install " + option);
                    }
                }
                System.out.println(install.call().getOutput());
            }
            default -> throw new IllegalArgumentException("helm " + command);
        }
    }
}
