package dev.datapath.operator;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.datapath.api.v1alpha1.S3Operation;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The packages of the operator and what each may use: docs/architecture.md, "Packages". */
class ArchitectureTest {
    private static final String ROOT = "dev.datapath.operator";
    private static final String CRDS = "dev.datapath.api.v1alpha1";

    /** For each package, which others it may use; crds stands for the API types. S3Operation is everybody's vocabulary. */
    private static final Map<String, Set<String>> USES = Map.ofEntries(
            Map.entry("model", Set.of("text")),
            Map.entry("tls", Set.of()),
            Map.entry("plan", Set.of("model", "text")),
            Map.entry("net", Set.of()),
            Map.entry("text", Set.of()),
            Map.entry("s3", Set.of()),
            Map.entry("compile", Set.of("crds", "model", "net", "plan", "s3", "text", "tls")),
            Map.entry("envoy", Set.of("model", "plan", "s3")),
            Map.entry("envoy.admin", Set.of("envoy", "model", "net")),
            Map.entry("xds", Set.of()),
            Map.entry("admission", Set.of("net", "text")),
            Map.entry("manifest", Set.of("crds", "model", "compile", "admission", "text")),
            Map.entry("deploy", Set.of("crds", "model", "net", "plan", "text")),
            Map.entry("status", Set.of("crds", "model", "compile", "envoy.admin", "net", "plan", "text", "xds")),
            Map.entry("threads", Set.of()),
            Map.entry("names", Set.of("compile", "model", "net", "threads")),
            Map.entry(
                    "engine",
                    Set.of("crds", "model", "plan", "compile", "envoy", "names", "text", "xds", "status", "telemetry")),
            Map.entry("ca", Set.of()),
            Map.entry("telemetry", Set.of("envoy.admin", "model", "threads")),
            Map.entry("slo", Set.of("telemetry")),
            Map.entry("nodes", Set.of("telemetry")),
            Map.entry(
                    "standalone",
                    Set.of(
                            "crds",
                            "model",
                            "net",
                            "plan",
                            "s3",
                            "compile",
                            "envoy",
                            "envoy.admin",
                            "xds",
                            "admission",
                            "manifest",
                            "engine",
                            "names",
                            "threads",
                            "text",
                            "status",
                            "telemetry",
                            "slo",
                            "nodes")),
            Map.entry("kubernetes", Set.of("crds", "model", "compile", "text")),
            Map.entry(
                    "source.cluster",
                    Set.of("crds", "model", "net", "compile", "engine", "kubernetes", "threads", "text")),
            Map.entry(
                    "infra.cluster",
                    Set.of(
                            "crds",
                            "model",
                            "net",
                            "plan",
                            "compile",
                            "engine",
                            "kubernetes",
                            "threads",
                            "text",
                            "envoy",
                            "envoy.admin",
                            "xds",
                            "deploy",
                            "ca",
                            "status",
                            "telemetry")),
            Map.entry(
                    "cluster",
                    Set.of(
                            "crds",
                            "model",
                            "net",
                            "plan",
                            "compile",
                            "engine",
                            "kubernetes",
                            "source.cluster",
                            "infra.cluster",
                            "names",
                            "threads",
                            "text",
                            "envoy",
                            "xds",
                            "deploy",
                            "ca",
                            "status",
                            "telemetry",
                            "slo",
                            "nodes")),
            Map.entry(
                    "cli",
                    Set.of(
                            "crds",
                            "model",
                            "plan",
                            "compile",
                            "engine",
                            "names",
                            "envoy",
                            "admission",
                            "manifest",
                            "standalone",
                            "cluster",
                            "infra.cluster",
                            "kubernetes",
                            "deploy",
                            "status",
                            "text")),
            Map.entry("web", Set.of("crds", "model", "plan", "compile", "xds", "status", "telemetry", "slo", "nodes")));

    private static final JavaClasses OPERATOR = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains(directoryOfTests()))
            .importPackages(ROOT);

    /** Tests are told by where this one is: not every build puts them into a directory that ArchUnit knows. */
    private static String directoryOfTests() {
        return ArchitectureTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath();
    }

    static Stream<String> packages() {
        return new TreeSet<>(USES.keySet()).stream();
    }

    @ParameterizedTest
    @MethodSource("packages")
    void aPackageUsesOnlyWhatItMay(String name) {
        var allowed = Stream.concat(Stream.of(name), USES.get(name).stream())
                .map(ArchitectureTest::packageName)
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(packageName(name))
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.datapath..")
                        .and(not(resideInAnyPackage(allowed)))
                        .and(not(equivalentTo(S3Operation.class))))
                .allowEmptyShould(true)
                .check(OPERATOR);
    }

    @Test
    void everyClassIsInAPackageOfTheTable() {
        assertThat(OPERATOR.stream()
                        .map(type ->
                                type.getPackageName().substring(ROOT.length()).replaceFirst("^\\.", "")))
                .isSubsetOf(USES.keySet());
    }

    @Test
    void thePlanIsPlainJava() {
        onlyUses("plan", "java..");
    }

    @Test
    void addressesAndNamesAreReadByGuavaWithoutLookUps() {
        onlyUses("net", "java..", "com.google.common.net");
        noClasses()
                .that()
                .resideInAPackage(packageName("net"))
                .should()
                .callMethod(InetAddress.class, "getAllByName", String.class)
                .orShould()
                .callMethod(InetAddress.class, "getByName", String.class)
                .check(OPERATOR);
    }

    @Test
    void compileKnowsKubernetesObjectsAndNothingElse() {
        onlyUses(
                "compile",
                "java..",
                "javax.security.auth.x500..",
                // Private keys are rewritten to the form that Envoy reads.
                "org.bouncycastle.asn1..",
                "io.fabric8.kubernetes.api.model..",
                "io.fabric8.kubernetes.client");
    }

    @Test
    void whatIsDeployedIsMadeOfKubernetesObjectsAndNothingElse() {
        onlyUses("deploy", "java..", "io.fabric8.kubernetes.api..", "io.fabric8.kubernetes.client");
    }

    @Test
    void theRendererKnowsEnvoysMessagesAndNothingElse() {
        onlyUses(
                "envoy", "java..", "io.envoyproxy..", "com.github.xds..", "com.google.protobuf..", "com.google.re2j..");
    }

    @Test
    void theConfigurationServerKnowsEnvoysMessagesAndGrpc() {
        onlyUses(
                "xds",
                "java..",
                "javax.net.ssl..",
                "io.envoyproxy..",
                "com.github.xds..",
                "com.google.protobuf..",
                "com.google.rpc..",
                "com.google.common..",
                "io.grpc..",
                "io.netty.channel..",
                "io.netty.handler.ssl..");
    }

    @Test
    void theAuthorityKnowsCertificatesAndNothingElse() {
        onlyUses("ca", "java..", "javax.security.auth.x500..", "org.bouncycastle..");
    }

    /** What compile makes follows from its input alone: it must not ask the clock, chance, the network or a file. */
    @Test
    void compileIsAPureFunction() {
        noClasses()
                .that()
                .resideInAPackage(packageName("compile"))
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .dependOnClassesThat(equivalentTo(Clock.class))
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(InetAddress.class, "getAllByName", String.class)
                .orShould()
                .dependOnClassesThat(resideInAnyPackage("java.nio.file..", "java.net.http..", "java.util.concurrent.."))
                .check(OPERATOR);
    }

    private static void onlyUses(String name, String... libraries) {
        var allowed = Stream.concat(
                        Stream.of(libraries),
                        Stream.concat(
                                Stream.of(packageName(name), "org.jspecify.annotations.."),
                                USES.get(name).stream().map(ArchitectureTest::packageName)))
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(packageName(name))
                .should()
                .dependOnClassesThat(not(resideInAnyPackage(allowed)).and(not(equivalentTo(S3Operation.class))))
                .check(OPERATOR);
    }

    private static String packageName(String name) {
        return name.equals("crds") ? CRDS : ROOT + "." + name;
    }
}
