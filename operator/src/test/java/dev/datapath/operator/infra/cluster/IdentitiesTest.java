package dev.datapath.operator.infra.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.ca.AuthorityRotation;
import dev.datapath.operator.ca.AuthorityState;
import dev.datapath.operator.ca.Lifetimes;
import dev.datapath.operator.compile.Identity;
import dev.datapath.operator.deploy.GatewaySecrets;
import dev.datapath.operator.model.ObjectKey;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class IdentitiesTest {
    private static final ObjectKey SECRET = new ObjectKey("ai", "training-gateway-identity");
    private static final AuthorityState STATE = new AuthorityRotation(
                    Lifetimes.of(Duration.ofDays(360), Duration.ofDays(30)))
            .advance(AuthorityState.NONE, false, Instant.parse("2026-11-01T12:00:00Z"))
            .state();
    private static final DataPath TRAINING = dataPath("training", "1");

    @Test
    void theAuthorityWaitsForTheSecretsOfGateways() {
        assertThat(lacking(Stream.of(TRAINING), identity(TRAINING, "an older one")))
                .containsExactly(SECRET);
        assertThat(lacking(Stream.of(TRAINING), identity(TRAINING, STATE.bundle())))
                .isEmpty();
    }

    @Test
    void secretsAreListedInAStableOrder() {
        var inference = dataPath("inference", "2");
        var secrets = new Secret[] {identity(TRAINING, ""), identity(inference, "")};
        assertThat(lacking(Stream.of(TRAINING, inference), secrets))
                .isEqualTo(lacking(Stream.of(inference, TRAINING), secrets))
                .hasSize(2);
    }

    @Test
    void theAuthorityDoesNotWaitForMissingSecrets() {
        assertThat(lacking(Stream.of(TRAINING))).isEmpty();
    }

    @Test
    void theAuthorityDoesNotWaitForCopies() {
        var copy = new SecretBuilder(identity(TRAINING, "an older one"))
                .editMetadata()
                .withName("copy")
                .endMetadata()
                .build();
        assertThat(lacking(Stream.of(TRAINING), copy, identity(TRAINING, STATE.bundle())))
                .isEmpty();
    }

    @Test
    void theAuthorityDoesNotWaitForSecretsOfOtherOwners() {
        var before = dataPath("training", "0");
        assertThat(lacking(Stream.of(TRAINING), identity(before, "an older one")))
                .isEmpty();
        var nobodys = new SecretBuilder(identity(TRAINING, "an older one"))
                .editMetadata()
                .withOwnerReferences()
                .endMetadata()
                .build();
        assertThat(lacking(Stream.of(TRAINING), nobodys)).isEmpty();
    }

    @Test
    void theAuthorityDoesNotWaitForDeletedDataPaths() {
        assertThat(lacking(Stream.of(), identity(TRAINING, "an older one"))).isEmpty();
        var going = dataPath("training", "1");
        going.getMetadata().setDeletionTimestamp("2026-11-01T12:00:00Z");
        assertThat(lacking(Stream.of(going), identity(going, "an older one"))).isEmpty();
    }

    private static List<ObjectKey> lacking(Stream<DataPath> dataPaths, Secret... secrets) {
        var byName = Stream.of(secrets).collect(Collectors.toMap(Identity::key, Function.identity()));
        return Identities.lacking(dataPaths, name -> Optional.ofNullable(byName.get(name)), STATE);
    }

    private static Secret identity(DataPath owner, String authorities) {
        return GatewaySecrets.identity(owner, "certificate", "key", authorities);
    }

    private static DataPath dataPath(String name, String uid) {
        var dataPath = new DataPath();
        dataPath.getMetadata().setNamespace("ai");
        dataPath.getMetadata().setName(name);
        dataPath.getMetadata().setUid(uid);
        return dataPath;
    }
}
