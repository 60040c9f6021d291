package dev.datapath.operator.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.envoy.RouteInterpreter.Request;
import dev.datapath.operator.plan.Backend;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import dev.datapath.operator.s3.OperationShape;
import dev.datapath.operator.s3.Scope;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** For any request, the rendered table selects the same rule as a search through all matches in order of precedence. */
class RouteTablePropertyTest {

    private static final List<String> BUCKETS = List.of("data", "data-1", "da", "logs", "x.y");
    private static final List<String> KEY_PARTS =
            List.of("a", "b/", "/", " ", "é", "%", "..", "~", "+", "tmp/", "a/", "dt=1/");
    /** Characters that RFC 3986 allows unencoded in a path, but that most clients encode. */
    private static final String RESERVED = "!$&'()*+,;:@=";

    static final String BASE = "s3.example.com";

    @Property(tries = 400)
    void tableSelectsTheFirstRuleInPrecedence(@ForAll long seed) {
        var random = new Random(seed);
        var matches = matches(random);
        var rules = IntStream.range(0, 6).mapToObj(RouteTablePropertyTest::rule).toList();
        var listener = new ListenerPlan("s3", 80, List.of(BASE), List.of(), null, matches, new Backend.Pool("store"));
        var table = new RouteInterpreter(new RouteTable(
                        listener,
                        rules.stream().collect(Collectors.toMap(RulePlan::id, Function.identity())),
                        Map.of(),
                        new RouteCache(),
                        RouteTable.MAX_PLAIN_ROUTES)
                .render()
                .of("s3", false)
                .message());
        for (int i = 0; i < 60; i++) {
            var call = Call.random(random);
            assertThat(table.route(call.request(random)))
                    .as("%s with %s", call, matches)
                    .isEqualTo(expected(matches, call));
        }
    }

    private static String expected(List<MatchPlan> matches, Call call) {
        for (var match : matches) {
            boolean bucket = call.bucket().isEmpty()
                    ? match.bucket() instanceof BucketMatch.Any
                    : match.bucket().covers(new BucketMatch.Exact(call.bucket()));
            boolean key = match.keyPrefix().isEmpty() || call.key().startsWith(match.keyPrefix());
            boolean operation =
                    match.operations().isEmpty() || match.operations().contains(call.operation());
            boolean headers = match.headers().stream()
                    .allMatch(header -> header.value().equals(call.headers().get(header.name())));
            boolean source = match.sourceCidrs().isEmpty() || call.source().startsWith("10.");
            if (bucket && key && operation && headers && source) {
                return match.rule();
            }
        }
        return Names.DEFAULT_RULE;
    }

    record Call(
            S3Operation operation,
            String bucket,
            String key,
            Map<String, String> headers,
            String source,
            boolean hostStyle) {

        static Call random(Random random) {
            var operation = pick(random, List.of(S3Operation.values()));
            if (random.nextBoolean()) {
                operation = pick(random, List.of(S3Operation.GetObject, S3Operation.PutObject, S3Operation.CopyObject));
            }
            var scope = OperationShape.of(operation).scope();
            var key = new StringBuilder();
            if (scope == Scope.OBJECT) {
                for (int i = random.nextInt(3); i >= 0; i--) {
                    key.append(pick(random, KEY_PARTS));
                }
            }
            var headers = new HashMap<String, String>();
            if (random.nextBoolean()) {
                headers.put("x-team", random.nextBoolean() ? "vision" : "Vision");
            }
            if (OperationShape.of(operation).copySource() == OperationShape.Copy.WITH) {
                headers.put("x-amz-copy-source", "/other/key");
            }
            return new Call(
                    operation,
                    scope == Scope.SERVICE ? "" : pick(random, BUCKETS),
                    key.toString(),
                    headers,
                    random.nextBoolean() ? "10.1.2.3" : "192.168.1.1",
                    scope != Scope.SERVICE && random.nextBoolean());
        }

        Request request(Random random) {
            var shape = OperationShape.of(operation);
            var path = new StringBuilder("/");
            if (!hostStyle && !bucket.isEmpty()) {
                path.append(bucket);
                if (shape.scope() == Scope.OBJECT || random.nextBoolean()) {
                    path.append('/');
                }
            }
            for (byte octet : key.getBytes(StandardCharsets.UTF_8)) {
                boolean plain = Character.isLetterOrDigit(octet) || "-._~/".indexOf(octet) >= 0;
                boolean reserved = RESERVED.indexOf(octet) >= 0 && random.nextBoolean();
                path.append(
                        reserved || (plain && random.nextInt(4) > 0)
                                ? "" + (char) octet
                                : String.format(encoding(random), octet & 0xff));
            }
            var query = new ArrayList<String>();
            shape.query().forEach(name -> query.add(parameter(name, random)));
            if (random.nextBoolean()) {
                query.add(random.nextInt(query.size() + 1), "X-Amz-Signature=acl");
            }
            if (!query.isEmpty()) {
                path.append('?').append(String.join("&", query));
            }
            var base = pick(random, List.of(BASE, BASE, BASE + ".", "S3.Example.COM"));
            var authority = (hostStyle ? bucket + "." : "") + base + pick(random, List.of("", ":9000", ":"));
            return new Request(shape.method(), authority, path.toString(), headers, source);
        }

        private static String parameter(String name, Random random) {
            return switch (name) {
                case "list-type", "select-type" -> name + "=2";
                case "partNumber" -> name + "=7";
                case "uploadId" -> name + "=v";
                default -> random.nextBoolean() ? name : name + "=v";
            };
        }

        private static String encoding(Random random) {
            return random.nextBoolean() ? "%%%02X" : "%%%02x";
        }
    }

    /** In the order of precedence of the compiler: exact buckets, longer prefixes, the rest; longer key prefixes first. */
    static List<MatchPlan> matches(Random random) {
        var matches = new ArrayList<MatchPlan>();
        for (int i = random.nextInt(7); i >= 0; i--) {
            BucketMatch bucket = switch (random.nextInt(4)) {
                case 0 -> new BucketMatch.Any();
                case 1 -> new BucketMatch.Prefix(pick(random, List.of("da", "data-", "l")));
                default -> new BucketMatch.Exact(pick(random, BUCKETS));
            };
            var operations = new TreeSet<S3Operation>();
            if (random.nextBoolean()) {
                for (int n = random.nextInt(12); n >= 0; n--) {
                    operations.add(pick(random, List.of(S3Operation.values())));
                }
            }
            matches.add(new MatchPlan(
                    "rule-" + random.nextInt(6),
                    bucket,
                    random.nextInt(3) == 0
                            ? pick(random, List.of("a", "b/", "tmp/", "é", "% ", "/", "a/", "a/b/", "dt=1/"))
                            : "",
                    operations,
                    random.nextInt(4) == 0 ? List.of(new MatchPlan.HeaderValue("x-team", "vision")) : List.of(),
                    random.nextInt(4) == 0 ? List.of("10.0.0.0/8") : List.of(),
                    List.of()));
        }
        matches.sort(ORDER);
        return matches;
    }

    static final Comparator<MatchPlan> ORDER = Comparator.<MatchPlan>comparingInt(match -> specificity(match.bucket()))
            .thenComparingInt(match -> match.keyPrefix().length())
            .reversed();

    private static int specificity(BucketMatch bucket) {
        return switch (bucket) {
            case BucketMatch.Any any -> 0;
            case BucketMatch.Prefix(var prefix) -> prefix.length();
            case BucketMatch.Exact exact -> 1000;
        };
    }

    private static RulePlan rule(int number) {
        var forward = new RulePlan.Forward(List.of(new RulePlan.WeightedBackend(new Backend.Pool("store"), 1)));
        var retry = new RulePlan.Retry(1, Duration.ofMillis(5));
        return new RulePlan("rule-" + number, forward, new RulePlan.Timeouts(null, null), retry, null, null);
    }

    static <T> T pick(Random random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
