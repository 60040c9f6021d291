package dev.datapath.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ContainerPortsTest {

    @Test
    void aPortThatNeedsPrivilegesIsTenThousandHigher() {
        var ports = ports(80, 443, 9000);
        assertThat(ports.of(80)).isEqualTo(10_080);
        assertThat(ports.of(443)).isEqualTo(10_443);
        assertThat(ports.of(9000)).isEqualTo(9000);
    }

    @Test
    void thePortsOfTheGatewayAreReserved() {
        var ports = ports(18_999, 19_000, 19_001, 19_002, 19_003);
        assertThat(IntStream.rangeClosed(18_999, 19_003).map(ports::of))
                .containsExactly(18_999, 29_000, 29_001, 29_002, 19_003);
    }

    @Test
    void aListenerOnATakenPortMovesAndTheOtherStays() {
        var ports = ports(443, 10_443, 20_443);
        assertThat(ports.of(443)).isEqualTo(10_443);
        assertThat(ports.of(10_443)).isEqualTo(20_444);
        assertThat(ports.of(20_443)).isEqualTo(20_443);
    }

    @Test
    void theSearchForAFreePortWrapsAround() {
        var all = IntStream.concat(IntStream.of(443), IntStream.rangeClosed(10_443, 65_535))
                .filter(port -> port != 1024)
                .toArray();
        assertThat(ports(all).of(10_443)).isEqualTo(1024);
    }

    @Test
    void aPortWithoutAListenerIsRejected() {
        var ports = ports(443);
        assertThatThrownBy(() -> ports.of(80)).hasMessage("no listener has port 80");
    }

    @Property
    void everyListenerHasAPortOfItsOwnThatItMayOpen(@ForAll("listenerPorts") Set<Integer> listeners) {
        var ports = ContainerPorts.of(listeners(listeners));
        var places = listeners.stream().map(ports::of).toList();
        assertThat(places).doesNotHaveDuplicates().allMatch(port -> port >= 1024 && port <= 65_535);
        assertThat(places).doesNotContain(ContainerPorts.ADMIN, ContainerPorts.PROBE, ContainerPorts.METRICS);
    }

    @Property
    void aNewListenerMovesNoOtherThatHasItsFirstChoice(
            @ForAll("listenerPorts") Set<Integer> listeners, @ForAll("listenerPort") int added) {
        var before = ContainerPorts.of(listeners(listeners));
        var more = new TreeSet<>(listeners);
        more.add(added);
        var after = ContainerPorts.of(listeners(more));
        assertThat(listeners)
                .filteredOn(port -> before.of(port) == (port < 1024 ? port + 10_000 : port) && added >= 1024)
                .allMatch(port -> after.of(port) == before.of(port));
    }

    @Provide
    Arbitrary<Set<Integer>> listenerPorts() {
        return listenerPort().set().ofMaxSize(64);
    }

    /** Most of the ports are likely to conflict with each other. */
    @Provide
    Arbitrary<Integer> listenerPort() {
        return Arbitraries.oneOf(
                Arbitraries.of(80, 443, 1023, 1024, 10_080, 10_443, 11_023, 20_443, 65_535),
                Arbitraries.integers().between(18_998, 19_004),
                Arbitraries.integers().between(28_998, 29_004),
                Arbitraries.integers().between(1, 65_535));
    }

    private static ContainerPorts ports(int... listeners) {
        return ContainerPorts.of(listeners(IntStream.of(listeners).boxed().collect(Collectors.toSet())));
    }

    private static List<ListenerPlan> listeners(Set<Integer> ports) {
        return ports.stream()
                .map(port -> new ListenerPlan("s3-" + port, port, List.of(), List.of(), null, List.of(), null))
                .toList();
    }
}
