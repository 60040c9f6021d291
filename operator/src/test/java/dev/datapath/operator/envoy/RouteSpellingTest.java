package dev.datapath.operator.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.plan.Backend;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A deny cannot be bypassed by another spelling that some store reads as the same request. */
class RouteSpellingTest {
    private static final String BASE = "s3.example.com";
    private static final BucketMatch ANY = new BucketMatch.Any();
    private static final BucketMatch B = new BucketMatch.Exact("b");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data/private/x",
                "data/%70rivate/x",
                "data%2Fprivate/x",
                "data%2fprivate%2fx",
                "data//private/x",
                "/data/private/x",
                "%2Fdata/private/x",
                "data/private//",
                "data/private///x"
            })
    void deniedKeyPrefixWithinAnotherPrefix(String key) {
        var table = table(deny(B, "data/private/"), match("forward", B, "data/"), match("forward", B, "/"));
        assertThat(route(table, "GET", "/b/" + key)).isEqualTo("deny");
        assertThat(host(table, "GET", "b", "/" + key)).isEqualTo("deny");
    }

    @ParameterizedTest
    @ValueSource(strings = {"data/x", "data/private", "data//x", "data/privates/x", "other//x", "data/%70rivate"})
    void requestsThatAreNotDeniedPass(String key) {
        var table = table(deny(B, "data/private/"), match("forward", B, "data/"));
        var taken = key.startsWith("data/") ? "forward" : Names.DEFAULT_RULE;
        assertThat(route(table, "GET", "/b/" + key)).isEqualTo(taken);
        assertThat(host(table, "GET", "b", "/" + key)).isEqualTo(taken);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/b/dt=2024/x", "/b/dt%3D2024/x", "/b/dt%3d2024/x"})
    void keyPrefixWithReservedCharacters(String path) {
        assertThat(route(table(deny(B, "dt=2024/")), "GET", path)).isEqualTo("deny");
    }

    @Test
    void forwardedKeyPrefixIsMatchedLiterally() {
        var table = table(match("forward", B, "a/"));
        assertThat(route(table, "GET", "/b//a/x")).isEqualTo(Names.DEFAULT_RULE);
        assertThat(route(table, "GET", "/b/a//x")).isEqualTo("forward");
    }

    @Test
    void deniedKeyPrefixOfAnyBucket() {
        var table = table(deny(ANY, "secret/"));
        assertThat(route(table, "GET", "/b/secret/x")).isEqualTo("deny");
        assertThat(route(table, "GET", "/b//secret/x")).isEqualTo("deny");
        assertThat(route(table, "GET", "/b%2Fsecret/x")).isEqualTo("guard/bucket");
        assertThat(route(table, "GET", "//b/secret/x")).isEqualTo("guard/bucket");
        assertThat(route(table, "GET", "/")).isEqualTo(Names.DEFAULT_RULE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/b?%64elete", "/b?x=1&delet%65", "/b?%64elete=", "/b?a=b&%64elete=%20"})
    void operationWithEncodedParameter(String path) {
        var table = table(operations(S3Operation.DeleteObjects));
        assertThat(route(table, "POST", path)).isEqualTo("guard/query");
        assertThat(host(table, "POST", "b", path.substring(2))).isEqualTo("guard/query");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/b?prefix=a%2Fb",
                "/b?prefix=%3D&delimiter=%2F",
                "/b/k%3F?partNumber=1",
                "/b/%64elete",
                "/b?x%5B%5D=1",
                "/b?%66oo&list-type=2%20",
                "/b?user%2Did=1"
            })
    void encodedValuesAndKeysAreNotEncodedNames(String path) {
        var table = table(operations(S3Operation.DeleteObjects));
        assertThat(route(table, "GET", path)).isEqualTo(Names.DEFAULT_RULE);
    }

    @Test
    void bucketAndBucketPrefixWithTheSameText() {
        var table = table(
                deny(B, ""),
                match("forward", new BucketMatch.Prefix("b."), ""),
                match("forward", new BucketMatch.Exact("c"), ""),
                new MatchPlan(
                        "deny", new BucketMatch.Prefix("b"), "x/", new TreeSet<>(), List.of(), List.of(), List.of()));
        assertThat(host(table, "GET", "b", "/k")).isEqualTo("deny");
        assertThat(host(table, "GET", "b.c", "/k")).isEqualTo("forward");
        var copy =
                new RouteInterpreter.Request("PUT", "10.0.0.1", "/c/k", Map.of(Names.COPY_SOURCE, "/b/k"), "10.1.1.1");
        assertThat(table.route(copy)).isEqualTo("deny");
    }

    /** The host continues with the base domain after the bucket, and a prefix with a dot may match that. */
    @Test
    void prefixIntoTheBaseDomainMatchesNoShorterBucket() {
        for (var prefix : List.of("b.", "b.s3", "b.s3.")) {
            var table = table(match("deny", ANY, ""), match("forward", new BucketMatch.Prefix(prefix), ""));
            assertThat(host(table, "GET", "b", "/k")).as(prefix).isEqualTo("deny");
            assertThat(host(table, "GET", prefix.replaceFirst("\\.$", "") + ".x", "/k"))
                    .as(prefix)
                    .isEqualTo("forward");
            var other = table(match("forward", ANY, ""), match("deny", new BucketMatch.Prefix(prefix), ""));
            assertThat(host(other, "GET", "b", "/k")).as(prefix).isEqualTo("forward");
        }
        var exact = table(deny(B, ""), match("forward", new BucketMatch.Prefix("b.s3"), ""));
        assertThat(host(exact, "GET", "b", "/k")).isEqualTo("deny");
    }

    @Test
    void operationsByAnEncodedSlash() {
        var table = table(operations(S3Operation.GetObject, S3Operation.HeadObject));
        assertThat(route(table, "GET", "/b/key")).isEqualTo("deny");
        assertThat(route(table, "GET", "/b%2Fkey")).isEqualTo("guard/bucket");
    }

    @Test
    void withoutRulesEverythingPasses() {
        var table = table(new MatchPlan("forward", ANY, "", new TreeSet<>(), List.of(), List.of(), List.of()));
        for (var path : List.of("/b%2Fkey", "//b/key", "/b?%64elete")) {
            assertThat(route(table, "GET", path)).isEqualTo("forward");
        }
    }

    private static MatchPlan deny(BucketMatch bucket, String keyPrefix) {
        return match("deny", bucket, keyPrefix);
    }

    private static MatchPlan operations(S3Operation... operations) {
        return new MatchPlan("deny", ANY, "", new TreeSet<>(Set.of(operations)), List.of(), List.of(), List.of());
    }

    private static MatchPlan match(String rule, BucketMatch bucket, String keyPrefix) {
        return new MatchPlan(rule, bucket, keyPrefix, new TreeSet<>(), List.of(), List.of(), List.of());
    }

    private static RouteInterpreter table(MatchPlan... matches) {
        var store = new Backend.Pool("store");
        var forward = new RulePlan.Forward(List.of(new RulePlan.WeightedBackend(store, 1)));
        var rules = Stream.of(rule("forward", forward), rule("deny", new RulePlan.Deny("AccessDenied", 403)))
                .collect(Collectors.toMap(RulePlan::id, rule -> rule));
        var listener = new ListenerPlan("s3", 80, List.of(BASE), List.of(), null, List.of(matches), store);
        return new RouteInterpreter(
                new RouteTable(listener, rules, Map.of(), new RouteCache(), RouteTable.MAX_PLAIN_ROUTES)
                        .render()
                        .of("s3", false)
                        .message());
    }

    private static RulePlan rule(String id, RulePlan.Action action) {
        return new RulePlan(
                id, action, new RulePlan.Timeouts(null, null), new RulePlan.Retry(1, Duration.ofMillis(5)), null, null);
    }

    private static String route(RouteInterpreter table, String method, String path) {
        return table.route(new RouteInterpreter.Request(method, "10.0.0.1", path, Map.of(), "10.1.1.1"));
    }

    private static String host(RouteInterpreter table, String method, String bucket, String path) {
        return table.route(new RouteInterpreter.Request(
                method, bucket + "." + BASE, path.startsWith("/") ? path : "/" + path, Map.of(), "10.1.1.1"));
    }
}
