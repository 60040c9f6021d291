package dev.datapath.operator.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterNamesTest {
    /** The file that the kubelet writes for the operator's pod. */
    private static final String RESOLV_CONF = """
            search datapath-system.svc.cluster.local svc.cluster.local cluster.local corp.example
            nameserver 10.96.0.10
            options ndots:5
            """;

    @TempDir
    private Path directory;

    private final List<String> asked = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({
        "minio, minio.ai.svc.cluster.local. minio.svc.cluster.local. minio.cluster.local. minio.corp.example. minio.",
        "minio.store, minio.store.ai.svc.cluster.local. minio.store.svc.cluster.local. minio.store.cluster.local."
                + " minio.store.corp.example. minio.store.",
        "minio., minio.",
        "s3.example.com., s3.example.com.",
        "minio.store.svc.cluster.local, minio.store.svc.cluster.local.",
        "minio.ai.svc.cluster.local, minio.ai.svc.cluster.local.",
        "a.b.c.d.e.f, a.b.c.d.e.f. a.b.c.d.e.f.ai.svc.cluster.local. a.b.c.d.e.f.svc.cluster.local."
                + " a.b.c.d.e.f.cluster.local. a.b.c.d.e.f.corp.example."
    })
    void aNameIsCompletedAsInAPodOfItsNamespace(String host, String candidates) throws IOException {
        var names = names(RESOLV_CONF, Map.of());
        assertThat(names.candidates("ai", host)).containsExactly(candidates.split(" "));
        assertThat(names.candidates("ai", host)).noneMatch(name -> name.contains("datapath-system"));
    }

    @Test
    void theOperatorsNamespaceIsNeverSearched() throws IOException {
        var names = names(RESOLV_CONF, Map.of("minio.datapath-system.svc.cluster.local.", "10.0.0.1"));
        assertThatThrownBy(() -> names.addresses("ai", "minio")).isInstanceOf(UnknownHostException.class);
    }

    @Test
    void theFirstCandidateWithAnAddressIsUsed() throws IOException {
        var names = names(RESOLV_CONF, Map.of("minio.ai.svc.cluster.local.", "10.0.0.1", "minio.", "10.0.0.2"));
        assertThat(names.addresses("ai", "minio")).containsExactly(InetAddress.getByName("10.0.0.1"));
        assertThat(asked).containsExactly("minio.ai.svc.cluster.local.");
    }

    /** Otherwise the address of another name would be used while a name server is down. */
    @Test
    void aTemporaryFailureEndsTheLookUp() throws IOException {
        var names = names(RESOLV_CONF, Map.of("minio.ai.svc.cluster.local.", "", "minio.", "10.0.0.2"));
        assertThatThrownBy(() -> names.addresses("ai", "minio")).hasMessageContaining("Temporary");
        assertThat(asked).containsExactly("minio.ai.svc.cluster.local.");
    }

    @Test
    void withoutSearchDomainsANameIsAbsolute() throws IOException {
        assertThat(names("nameserver 10.0.0.10\n", Map.of()).candidates("ai", "minio"))
                .containsExactly("minio.");
        assertThat(ClusterNames.of(directory.resolve("nowhere"), this::unknown).candidates("ai", "minio"))
                .containsExactly("minio.");
    }

    /** The operator's own search domains would be added. */
    @Test
    void aNameWithoutADotNeverReachesTheSystemsResolver() {
        assertThatThrownBy(() -> NameService.absolute().addresses("ai", "localhost"))
                .hasMessageContaining("is not an absolute name");
    }

    private ClusterNames names(String resolvConf, Map<String, String> addresses) throws IOException {
        var file = Files.writeString(directory.resolve("resolv.conf"), resolvConf);
        return ClusterNames.of(file, (namespace, host) -> {
            asked.add(host);
            var address = addresses.get(host);
            if (address == null) {
                return unknown(namespace, host);
            }
            if (address.isEmpty()) {
                throw new UnknownHostException(host + ": Temporary failure in name resolution");
            }
            return List.of(InetAddress.getByName(address));
        });
    }

    private List<InetAddress> unknown(String namespace, String host) throws UnknownHostException {
        throw new UnknownHostException(host + ": Name or service not known");
    }
}
