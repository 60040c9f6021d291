package dev.datapath.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.DataPathStatus;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.ServiceLevelObjective;
import dev.datapath.operator.admission.StatusSchemas;
import dev.datapath.operator.compile.Attachments;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.Finding.Severity;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.model.Reason;
import io.fabric8.kubernetes.api.model.Condition;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StatusesTest {
    private static final Instant T0 = Instant.parse("2026-11-01T00:00:00Z");
    private static final String DATA_PATH = """
            metadata: {name: training, namespace: ai}
            spec:
              listeners:
              - {name: s3, protocol: HTTP, port: 8080}
              - {name: tls, protocol: HTTPS, port: 8443}
            """;
    private static final Attachments OPEN = new Attachments(Map.of("s3", Set.of(), "tls", Set.of()), Map.of());
    private static final Attachments.Reach EVERYWHERE = new Attachments.Reach(true, new TreeSet<>());
    private static final String POLICY = """
            metadata: {name: rules, namespace: ai}
            spec:
              targetRefs: [{name: training}, {name: gone}]
              rules: []
            """;

    @Test
    void aListenerThatCannotBeServedLeavesItsSiblingAccepted() throws IOException {
        var finding =
                finding("DataPath", "training", Reason.SecretNotFound, "spec.listeners[1].tls.certificateRefs[0]");
        var status = DataPathStatuses.of(
                read(DATA_PATH, DataPath.class),
                4,
                new DataPathStatuses.Observation(
                        List.of(finding),
                        new Attachments(
                                Map.of("s3", Set.of(new ObjectKey("ai", "rules"), new ObjectKey("ai", "others"))),
                                Map.of("tls", Set.of())),
                        FleetTest.fleet(1, FleetTest.running("training-0")),
                        List.of(),
                        null),
                null,
                T0);
        assertThat(summary(status.conditions()))
                .containsExactly(
                        "Accepted=True/Accepted", "ResolvedRefs=False/SecretNotFound", "Programmed=True/Programmed");
        assertThat(summary(status.listeners().get(0).conditions()))
                .containsExactly(
                        "Accepted=True/Accepted", "ResolvedRefs=True/ResolvedRefs", "Programmed=True/Programmed");
        assertThat(summary(status.listeners().get(1).conditions())).contains("ResolvedRefs=False/SecretNotFound");
        assertThat(status.listeners().get(0).attachedPolicies()).isEqualTo(2);
        assertThat(status.observedGeneration()).isEqualTo(4);
        assertThat(status.summary().synced()).isEqualTo("1/1");
    }

    @Test
    void aListenerThatIsNotOpenedIsNotProgrammedAndNamedByItsDataPath() throws IOException {
        var finding =
                finding("DataPath", "training", Reason.SecretNotFound, "spec.listeners[1].tls.certificateRefs[0]");
        var closed = new Attachments(Map.of("s3", Set.of()), Map.of("tls", Set.of()));
        var running = FleetTest.fleet(1, FleetTest.running("training-0"));
        var status = status(List.of(finding), closed, running);
        assertThat(programmed(status.conditions()))
                .isEqualTo("True/Programmed: The gateway runs 3f9a."
                        + " Warning: listener tls is not opened: see status.listeners.");
        assertThat(programmed(status.listeners().get(0).conditions()))
                .isEqualTo("True/Programmed: The gateway runs 3f9a.");
        assertThat(programmed(status.listeners().get(1).conditions()))
                .isEqualTo("False/Invalid: The listener is not opened:"
                        + " spec.listeners[1].tls.certificateRefs[0]: do this instead");

        var behind = FleetTest.fleet(1, new GatewayView("training-0", true, false, List.of(), ""));
        assertThat(programmed(status(List.of(finding), closed, behind).conditions()))
                .isEqualTo("False/Pending: 0/1 gateways run 3f9a."
                        + " Warning: listener tls is not opened: see status.listeners.");
    }

    @Test
    void theListenersThatAreNotOpenedAreNamed() throws IOException {
        var names = IntStream.range(0, 13).mapToObj(i -> "l" + i).toList();
        var listeners = names.stream()
                .map(name -> "{name: " + name + ", protocol: HTTP, port: 80}")
                .collect(Collectors.joining(", "));
        var dataPath = read(
                "{metadata: {name: training, namespace: ai}, spec: {listeners: [" + listeners + "]}}", DataPath.class);
        var bad = List.of("l2", "l7", "l12");
        var findings = bad.stream()
                .map(name -> finding(
                        "DataPath",
                        "training",
                        Reason.InvalidCertificate,
                        "spec.listeners[" + name.substring(1) + "].tls"))
                .toList();
        var attachments = new Attachments(
                names.stream()
                        .filter(name -> !bad.contains(name))
                        .collect(Collectors.toMap(name -> name, name -> Set.of())),
                bad.stream().collect(Collectors.toMap(name -> name, name -> Set.of())));
        var running = FleetTest.fleet(1, FleetTest.running("training-0"));
        var status = DataPathStatuses.of(
                dataPath,
                1,
                new DataPathStatuses.Observation(findings, attachments, running, List.of(), null),
                null,
                T0);
        assertThat(programmed(status.conditions()))
                .isEqualTo("True/Programmed: The gateway runs 3f9a."
                        + " Warning: 3 listeners l2, l7, l12 are not opened: see status.listeners.");
        assertThat(status.listeners())
                .filteredOn(listener -> programmed(listener.conditions()).startsWith("False/Invalid: "))
                .extracting(DataPathStatus.ListenerStatus::name)
                .containsExactlyElementsOf(bad);
    }

    @Test
    void aListenerThatIsNotDeliveredYetIsPending() throws IOException {
        var running = FleetTest.fleet(1, FleetTest.running("training-0"));
        var status = status(List.of(), new Attachments(Map.of("s3", Set.of()), Map.of()), running);
        assertThat(programmed(status.listeners().get(1).conditions()))
                .isEqualTo("False/Pending: The configuration that the gateways run does not have the listener yet.");
    }

    @Test
    void aPolicyIsProgrammedWhereItsListenersAreOpenedOnly() throws IOException {
        var running = FleetTest.fleet(1, FleetTest.running("training-0"));
        assertThat(programmed(running, new Attachments.Reach(false, new TreeSet<>(Set.of("tls")))))
                .isEqualTo("False/Invalid: The policy is not in force: listener tls of the DataPath is not opened,"
                        + " see its status.listeners.");
        assertThat(programmed(running, new Attachments.Reach(true, new TreeSet<>(Set.of("tls", "web")))))
                .isEqualTo("True/Programmed: The gateways run the policy."
                        + " Warning: listeners tls, web are not opened, so it is not in force there.");
    }

    @Test
    void aPolicyWithoutARuleInForceIsNotProgrammed() throws IOException {
        var running = FleetTest.fleet(1, FleetTest.running("training-0"));
        assertThat(programmed(running, new Attachments.Reach(false, new TreeSet<>())))
                .isEqualTo("False/Invalid: No rule of the policy is in force: see Accepted and ResolvedRefs.");
    }

    private static String programmed(Fleet fleet, Attachments.Reach reach) throws IOException {
        var status = PolicyStatuses.of(
                read(POLICY.replace("rules: []", "rules: [{name: one}]"), RoutingPolicy.class),
                1,
                Map.of("training", new PolicyStatuses.AtTarget(List.of(), fleet, true, reach)),
                null,
                T0);
        return programmed(status.ancestors().getFirst().conditions());
    }

    private static String programmed(List<Condition> conditions) {
        var programmed = Conditions.find(conditions, ConditionName.Programmed).orElseThrow();
        return programmed.getStatus() + "/" + programmed.getReason() + ": " + programmed.getMessage();
    }

    private static DataPathStatus status(List<Finding> findings, Attachments attachments, Fleet fleet)
            throws IOException {
        return DataPathStatuses.of(
                read(DATA_PATH, DataPath.class),
                1,
                new DataPathStatuses.Observation(findings, attachments, fleet, List.of(), null),
                null,
                T0);
    }

    @Test
    void aPortInUseIsReportedAtItsListener() throws IOException {
        var fleet = FleetTest.fleet(
                1,
                new GatewayView(
                        "training-0",
                        true,
                        false,
                        List.of(
                                "Error adding/updating listener(s) s3: cannot bind '127.0.0.1:8080': Address already in use"),
                        ""));
        var status = DataPathStatuses.of(
                read(DATA_PATH, DataPath.class),
                1,
                new DataPathStatuses.Observation(List.of(), OPEN, fleet, List.of(), null),
                null,
                T0);
        var programmed = Conditions.find(status.listeners().get(0).conditions(), ConditionName.Programmed)
                .orElseThrow();
        assertThat(programmed.getStatus()).isEqualTo("False");
        assertThat(programmed.getMessage()).contains("s3", "127.0.0.1:8080", "spec.listeners");
    }

    @Test
    void theNumberOfAddressesIsLimited() throws IOException {
        var addresses = IntStream.range(0, 17)
                .mapToObj(i -> new DataPathStatus.Address(DataPathStatus.AddressType.IPAddress, "10.0.0." + i))
                .toList();
        var fleet = FleetTest.fleet(1, FleetTest.running("training-0"));
        var status = DataPathStatuses.of(
                read(DATA_PATH, DataPath.class),
                1,
                new DataPathStatuses.Observation(List.of(), OPEN, fleet, addresses, null),
                null,
                T0);
        assertThat(status.addresses()).isEqualTo(addresses.subList(0, 16));
        var violations = new StatusSchemas().violations("datapath.dev/v1alpha1", "DataPath", status);
        assertThat(violations).isEmpty();
    }

    @Test
    void eachListenerReportsItsOwnPortConflict() throws IOException {
        var refusal = "Error adding/updating listener(s) s3: cannot bind '127.0.0.1:8080': Address already in use "
                + "tls: cannot bind '127.0.0.1:8443': Address already in use";
        var fleet = FleetTest.fleet(1, new GatewayView("training-0", true, false, List.of(refusal), ""));
        var status = status(List.of(), fleet, null, T0);
        assertThat(status.listeners())
                .extracting(listener -> Conditions.find(listener.conditions(), ConditionName.Programmed)
                        .orElseThrow()
                        .getMessage())
                .satisfiesExactly(
                        s3 -> assertThat(s3).contains("127.0.0.1:8080").doesNotContain("127.0.0.1:8443"),
                        tls -> assertThat(tls).contains("127.0.0.1:8443").doesNotContain("127.0.0.1:8080"));
    }

    @Test
    void anUnchangedStatusIsEqualLater() throws IOException {
        var running = FleetTest.fleet(1, FleetTest.running("training-0"));
        var finding =
                finding("DataPath", "training", Reason.SecretNotFound, "spec.listeners[1].tls.certificateRefs[0]");
        var dataPath = status(List.of(finding), running, null, T0);
        assertThat(status(List.of(finding), running, dataPath, T0.plusSeconds(60)))
                .isEqualTo(dataPath);

        var policy = read(POLICY, RoutingPolicy.class);
        var targets = Map.of("training", new PolicyStatuses.AtTarget(List.of(), running, true, EVERYWHERE));
        var ofPolicy = PolicyStatuses.of(policy, 1, targets, null, T0);
        assertThat(PolicyStatuses.of(policy, 1, targets, ofPolicy, T0.plusSeconds(60)))
                .isEqualTo(ofPolicy);

        var objective = read(
                "{metadata: {name: fast, namespace: ai}, spec: {targetRef: {name: training}}}",
                ServiceLevelObjective.class);
        var ofObjective = ObjectiveStatuses.of(objective, 1, List.of(), null, T0);
        assertThat(ObjectiveStatuses.of(objective, 1, List.of(), ofObjective, T0.plusSeconds(60)))
                .isEqualTo(ofObjective);
    }

    @Test
    void thereIsNoVersionWhereThereIsNothingToRun() throws IOException {
        var nothing = new Fleet(1, List.of(), "", 0, "");
        assertThat(status(List.of(), nothing, null, T0).configVersion()).isNull();
    }

    @Test
    void fiveFindingsAreShownAndTheRestIsCounted() throws IOException {
        var fleet = FleetTest.fleet(1, FleetTest.running("training-0"));
        var findings = IntStream.range(0, 7)
                .mapToObj(i -> finding("DataPath", "training", Reason.SecretNotFound, "spec.x[" + i + "]"))
                .toList();
        assertThat(resolvedRefs(findings, fleet))
                .contains("spec.x[4]: do this instead")
                .doesNotContain("spec.x[5]")
                .endsWith("; and 2 more");
        assertThat(resolvedRefs(findings.subList(0, 5), fleet)).endsWith("spec.x[4]: do this instead");
        assertThat(resolvedRefs(List.of(), fleet)).isEqualTo("All references of the DataPath are resolved.");
    }

    private static String resolvedRefs(List<Finding> findings, Fleet fleet) throws IOException {
        var status = status(findings, fleet, null, T0);
        assertThat(Conditions.find(status.conditions(), ConditionName.Accepted)
                        .orElseThrow()
                        .getMessage())
                .isEqualTo("The DataPath is valid.");
        return Conditions.find(status.conditions(), ConditionName.ResolvedRefs)
                .orElseThrow()
                .getMessage();
    }

    private static DataPathStatus status(List<Finding> findings, Fleet fleet, DataPathStatus previous, Instant now)
            throws IOException {
        return DataPathStatuses.of(
                read(DATA_PATH, DataPath.class),
                1,
                new DataPathStatuses.Observation(findings, OPEN, fleet, List.of(), null),
                previous,
                now);
    }

    @Test
    void aPolicyIsJudgedAtEachTarget() throws IOException {
        var fleet = FleetTest.fleet(1, FleetTest.running("training-0"));
        var lost = finding("RoutingPolicy", "rules", Reason.Conflicted, "spec.rules[0]");
        var status = PolicyStatuses.of(
                read(POLICY, RoutingPolicy.class),
                1,
                Map.of("training", new PolicyStatuses.AtTarget(List.of(lost), fleet, true, EVERYWHERE)),
                null,
                T0);
        assertThat(status.ancestors().stream().map(at -> at.ancestorRef().name() + " " + summary(at.conditions())))
                .containsExactly(
                        "training [Accepted=False/Conflicted, ResolvedRefs=True/ResolvedRefs, Programmed=True/Programmed]",
                        "gone [Accepted=False/TargetNotFound, ResolvedRefs=Unknown/Pending, Programmed=False/Invalid]");
    }

    @Test
    void theSummaryOfAPolicyIsItsFirstBadReasonAtAnyTarget() throws IOException {
        var lost = finding("RoutingPolicy", "rules", Reason.PoolNotFound, "spec.rules[0].pools[0]");
        assertThat(summaryOfPolicy(List.of(lost), false)).isEqualTo("PoolNotFound");
        assertThat(summaryOfPolicy(List.of(), false)).isEqualTo("TargetNotFound");
        assertThat(summaryOfPolicy(List.of(), true)).isEqualTo("Programmed");
    }

    private static String summaryOfPolicy(List<Finding> findings, boolean bothTargets) throws IOException {
        var at = new PolicyStatuses.AtTarget(
                findings, FleetTest.fleet(1, FleetTest.running("training-0")), true, EVERYWHERE);
        var targets = bothTargets ? Map.of("training", at, "gone", at) : Map.of("training", at);
        return PolicyStatuses.of(read(POLICY, RoutingPolicy.class), 1, targets, null, T0)
                .summary()
                .status();
    }

    @Test
    void theSummaryOfADataPathNamesWhatIsMissing() throws IOException {
        var running = FleetTest.fleet(1, FleetTest.running("training-0"));
        var lost = finding("DataPath", "training", Reason.PoolNotFound, "spec.poolRef");
        assertThat(status(List.of(lost), running, null, T0).summary().status()).isEqualTo("PoolNotFound");
        assertThat(status(List.of(), running, null, T0).summary().status()).isEqualTo("Programmed");
    }

    @Test
    void theSummaryOfAnObjectiveReportsThatItIsNotMeasured() throws IOException {
        var objective = read(
                "{metadata: {name: fast, namespace: ai}, spec: {targetRef: {name: training}}}",
                ServiceLevelObjective.class);
        assertThat(ObjectiveStatuses.of(objective, 1, List.of(), null, T0)
                        .summary()
                        .status())
                .isEqualTo("NotMeasured");
        assertThat(ObjectiveStatuses.of(objective, 1, null, null, T0).summary().status())
                .isEqualTo("TargetNotFound");
    }

    @Test
    void aDeliveryFailureDoesNotTouchAccepted() throws IOException {
        var broken = FleetTest.fleet(1, new GatewayView("training-0", true, false, List.of("missing ): (("), ""));
        var status = PolicyStatuses.of(
                read(POLICY, RoutingPolicy.class),
                1,
                Map.of("training", new PolicyStatuses.AtTarget(List.of(), broken, false, EVERYWHERE)),
                null,
                T0);
        assertThat(summary(status.ancestors().getFirst().conditions()))
                .containsExactly(
                        "Accepted=True/Accepted", "ResolvedRefs=True/ResolvedRefs", "Programmed=False/Rejected");
    }

    @Test
    void aDeliveredPolicyStaysProgrammedDuringOtherChanges() throws IOException {
        var behind = FleetTest.fleet(1, new GatewayView("training-0", true, false, List.of(), ""));
        assertThat(programmed(behind, true)).isEqualTo("Programmed=True/Programmed");
        assertThat(programmed(behind, false)).isEqualTo("Programmed=False/Pending");
        assertThat(programmed(FleetTest.fleet(1), true)).isEqualTo("Programmed=False/NoGateways");
    }

    private static String programmed(Fleet fleet, boolean delivered) throws IOException {
        var status = PolicyStatuses.of(
                read(POLICY, RoutingPolicy.class),
                1,
                Map.of("training", new PolicyStatuses.AtTarget(List.of(), fleet, delivered, EVERYWHERE)),
                null,
                T0);
        return summary(status.ancestors().getFirst().conditions()).getLast();
    }

    @Test
    void aWarningDoesNotChangeTheCondition() throws IOException {
        var warning = new Finding(
                new ObjectRef("DataPath", "ai", "training"),
                Severity.WARNING,
                Reason.InvalidCertificate,
                "",
                "expires in 3 days");
        var status = DataPathStatuses.of(
                read(DATA_PATH, DataPath.class),
                1,
                new DataPathStatuses.Observation(
                        List.of(warning), OPEN, FleetTest.fleet(1, FleetTest.running("training-0")), List.of(), null),
                null,
                T0);
        var resolved =
                Conditions.find(status.conditions(), ConditionName.ResolvedRefs).orElseThrow();
        assertThat(resolved.getStatus()).isEqualTo("True");
        assertThat(resolved.getMessage()).contains("Warning: expires in 3 days");
    }

    @Test
    void anObjectiveWithoutItsDataPathIsNotAccepted() throws IOException {
        var objective = read(
                "{metadata: {name: fast, namespace: ai}, spec: {targetRef: {name: training}}}",
                ServiceLevelObjective.class);
        assertThat(summary(ObjectiveStatuses.of(objective, 1, null, null, T0).conditions()))
                .containsExactly(
                        "Accepted=False/TargetNotFound",
                        "MetricsAvailable=False/NotMeasured",
                        "Met=Unknown/NotMeasured");
        assertThat(summary(
                        ObjectiveStatuses.of(objective, 1, List.of(), null, T0).conditions()))
                .contains("Accepted=True/Accepted");
    }

    private static Finding finding(String kind, String name, Reason reason, String field) {
        return new Finding(new ObjectRef(kind, "ai", name), Severity.ERROR, reason, field, "do this instead");
    }

    private static List<String> summary(List<Condition> conditions) {
        return conditions.stream()
                .map(condition -> condition.getType() + "=" + condition.getStatus() + "/" + condition.getReason())
                .toList();
    }

    private static <T> T read(String yaml, Class<T> type) throws IOException {
        return new ObjectMapper(new YAMLFactory()).readValue(yaml, type);
    }
}
