package dev.datapath.operator.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.OperationGroup;
import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.envoy.RouteInterpreter.Request;
import dev.datapath.operator.envoy.StoreModels.Effect;
import dev.datapath.operator.plan.Backend;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.MatchPlan.HeaderValue;
import dev.datapath.operator.plan.RulePlan;
import dev.datapath.operator.s3.OperationShape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** No request passes that some store would execute as an action that a rule denies, however the request is spelled. */
class DenyPropertyTest {

    static final String BASE = "s3.example.com";
    private static final HeaderValue PUBLIC = new HeaderValue("x-amz-acl", "public-read");
    private static final List<String> BUCKETS = List.of("pub", "secret", "secret-2", "logs");
    private static final List<String> PARAMETERS = OperationShape.all().stream()
            .flatMap(shape -> shape.query().stream())
            .distinct()
            .toList();
    private static final List<String> OTHER_PARAMETERS =
            List.of("renameObject", "versionId=3", "x-id=PutObject", "list-type=1", "list-type=02", "prefix=a", "part");

    @Property(tries = 1000)
    void nothingPassesThatAStoreExecutesAsADeniedAction(@ForAll long seed) {
        var random = new Random(seed);
        var matches = matches(random);
        var table = table(matches);
        for (int i = 0; i < 60; i++) {
            var request = request(random);
            var route = table.route(request);
            if (passes(route)) {
                StoreModels.ALL.forEach((store, model) -> {
                    for (var effect : model.apply(request, BASE)) {
                        assertThat(winner(matches, effect, request))
                                .as("%s on %s executes %s, which %s", request, store, effect, matches)
                                .isNotEqualTo("deny");
                    }
                });
            }
        }
    }

    static boolean passes(String route) {
        return !route.equals("deny") && !route.startsWith("guard/");
    }

    /** The first match for what a store does, keys in bodies aside. */
    private static String winner(List<MatchPlan> matches, Effect effect, Request request) {
        var acl = request.headers().getOrDefault(PUBLIC.name(), "");
        for (var match : matches) {
            boolean bucket = effect.bucket().isEmpty()
                    ? match.bucket() instanceof BucketMatch.Any
                    : match.bucket().covers(new BucketMatch.Exact(effect.bucket()));
            boolean operation =
                    match.operations().isEmpty() || match.operations().contains(effect.operation());
            boolean key = match.keyPrefix().isEmpty()
                    || effect.key().startsWith(match.keyPrefix())
                    || (match.rule().equals("deny") && single(effect.key()).startsWith(single(match.keyPrefix())));
            boolean header = match.headers().isEmpty()
                    || (match.rule().equals("deny")
                            ? Arrays.stream(acl.split(",")).anyMatch(PUBLIC.value()::equalsIgnoreCase)
                            : acl.equals(PUBLIC.value()));
            if (bucket && operation && key && header) {
                return match.rule();
            }
        }
        return Names.DEFAULT_RULE;
    }

    private static String single(String key) {
        return key.replaceAll("^/+|(?<=/)/+", "");
    }

    static RouteInterpreter table(List<MatchPlan> matches) {
        var store = new Backend.Pool("store");
        var forward = new RulePlan.Forward(List.of(new RulePlan.WeightedBackend(store, 1)));
        var rules = Map.of(
                "forward", rule("forward", forward), "deny", rule("deny", new RulePlan.Deny("AccessDenied", 403)));
        var listener = new ListenerPlan("s3", 80, List.of(BASE), List.of(), null, matches, store);
        return new RouteInterpreter(new RouteTable(listener, rules, Map.of(), new RouteCache()).render());
    }

    private static RulePlan rule(String id, RulePlan.Action action) {
        return new RulePlan(
                id, action, new RulePlan.Timeouts(null, null), new RulePlan.Retry(1, Duration.ofMillis(5)), null);
    }

    static List<MatchPlan> matches(Random random) {
        var matches = new ArrayList<MatchPlan>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            BucketMatch bucket = switch (random.nextInt(4)) {
                case 0 -> new BucketMatch.Any();
                case 1 -> new BucketMatch.Prefix("secret");
                default -> new BucketMatch.Exact(pick(random, BUCKETS));
            };
            matches.add(new MatchPlan(
                    random.nextInt(3) == 0 ? "forward" : "deny",
                    bucket,
                    random.nextInt(3) == 0 ? pick(random, List.of("private/", "a b/", "é")) : "",
                    operations(random),
                    random.nextInt(5) == 0 ? List.of(PUBLIC) : List.of(),
                    List.of()));
        }
        matches.sort(Comparator.<MatchPlan>comparingInt(match -> switch (match.bucket()) {
                    case BucketMatch.Any any -> 0;
                    case BucketMatch.Prefix prefix -> 1;
                    case BucketMatch.Exact exact -> 2;
                })
                .thenComparingInt(match -> match.keyPrefix().length())
                .reversed());
        return matches;
    }

    private static Set<S3Operation> operations(Random random) {
        var operations = EnumSet.noneOf(S3Operation.class);
        switch (random.nextInt(5)) {
            case 0 -> {}
            case 1 ->
                operations.addAll(pick(random, List.of(OperationGroup.values())).members());
            case 2 -> {
                operations.addAll(OperationGroup.Writes.members());
                operations.addAll(OperationGroup.Deletes.members());
            }
            default -> operations.add(pick(random, List.of(S3Operation.values())));
        }
        return operations;
    }

    static Request request(Random random) {
        var method = pick(random, List.of("GET", "HEAD", "PUT", "POST", "DELETE", "PUT", "POST", "DELETE", "PATCH"));
        var headers = new HashMap<String, String>();
        if (random.nextInt(3) == 0) {
            headers.put(Names.COPY_SOURCE, source(random));
        }
        if (random.nextInt(8) == 0) {
            headers.put("x-amz-rename-source", source(random));
        }
        if (random.nextInt(4) == 0) {
            headers.put("content-type", "multipart/form-data; boundary=x");
        }
        if (random.nextInt(8) == 0) {
            headers.put("x-amz-meta-snowball-auto-extract", "true");
        }
        if (random.nextInt(3) == 0) {
            headers.put(
                    "x-amz-acl", pick(random, List.of("private", "public-read", "private,public-read", "PUBLIC-READ")));
        }
        boolean hostStyle = random.nextInt(3) == 0;
        var bucket = pick(random, BUCKETS);
        var path = (hostStyle ? "" : "/" + (random.nextInt(12) == 0 ? ":" : "") + bucket) + key(random);
        return new Request(
                method,
                host(random, hostStyle ? bucket : ""),
                path.isEmpty() ? "/" : path + query(random),
                headers,
                "10.1.1.1");
    }

    private static String host(Random random, String bucket) {
        var host = (bucket.isEmpty() ? "" : bucket + ".") + BASE;
        return switch (random.nextInt(20)) {
            case 0 -> host + ".";
            case 1 -> host + ":80";
            case 2 -> host + ":80:80";
            case 3 -> "x@" + host;
            case 4 -> host.replace(BASE, "S3.Example.com");
            case 5 -> host + ".:443";
            case 6 -> host + ":99999";
            case 7 -> host.toUpperCase(java.util.Locale.ROOT);
            case 8 -> host + ":";
            case 9 -> host + ".evil.com";
            case 10 -> host + pick(random, List.of("x", "-x", "_", ".."));
            case 11 -> host + "." + BASE + pick(random, List.of("", ".", ":80"));
            case 12 -> host.replace(BASE, "S3.Example.COM.evil");
            default -> host;
        };
    }

    private static String key(Random random) {
        return pick(
                random,
                List.of(
                        "",
                        "/",
                        "//",
                        "/k",
                        "/private/x",
                        "/private",
                        "//private/x",
                        "/%70rivate/x",
                        "/a/../private/x",
                        "/./private/x",
                        "/..%2fsecret/k",
                        "/../secret/private/x",
                        "/a/..",
                        "/a/%2e%2e/",
                        "/a+b/x",
                        "/a%20b/x",
                        "/private%5cx",
                        "/..\\secret\\k",
                        "/a/../../secret/k",
                        "/%C3%A9",
                        "/.",
                        "/x//",
                        "/..",
                        "/../",
                        "/%2e%2e",
                        "/%2E./",
                        "/x/../..",
                        "/..\\",
                        "/secret/k",
                        "/secret",
                        "/secret/private/x",
                        "/%73ecret/k",
                        "//secret/k"));
    }

    private static String source(Random random) {
        var bucket = pick(random, BUCKETS);
        var key = pick(
                random,
                List.of(
                        "/k",
                        "/private/x",
                        "%2Fprivate%2Fx",
                        "%2fk",
                        "//private/x",
                        "/%70rivate/x",
                        "/a+b/x",
                        "/../secret/k",
                        "/k?versionId=null",
                        ""));
        var source =
                pick(random, List.of("", "/", "/", "//", "%2F", "//host/", "http://host/", ":", "t:")) + bucket + key;
        return switch (random.nextInt(10)) {
            case 0 -> "";
            case 1 -> "/pub/x," + source;
            case 2 -> "x";
            case 3 -> source.replace("secret", "secre%74");
            default -> source;
        };
    }

    private static String query(Random random) {
        int count = random.nextInt(4);
        if (count == 0) {
            return random.nextInt(10) == 0 ? "?" : "";
        }
        var separator = random.nextInt(8) == 0 ? ";" : "&";
        var parameters = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            var name = pick(random, random.nextInt(6) == 0 ? OTHER_PARAMETERS : PARAMETERS);
            if (i > 0 && random.nextInt(3) == 0) {
                name = pick(random, List.of("uploadId", "partNumber", "select-type", "delete", "id"));
            }
            parameters.add(name.contains("=") ? name : name + pick(random, List.of("", "=", "=1", "=2", "=x")));
        }
        return (random.nextInt(12) == 0 ? "??" : "?") + parameters.stream().collect(Collectors.joining(separator));
    }

    private static <T> T pick(Random random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
