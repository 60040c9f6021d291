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
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** No request passes that some store would execute as a denied action, in any spelling of the request. */
class DenyPropertyTest {

    static final String BASE = "s3.example.com";
    /** Path style for the gateway, while stores may read a bucket below the domain, or one before its first occurrence. */
    private static final List<String> HOSTNAMES =
            List.of("pub." + BASE, "secret-2." + BASE, "gate." + BASE, "secret." + BASE + ".internal", "s3.internal");

    private static final List<HeaderValue> HEADERS = List.of(
            new HeaderValue("x-amz-acl", "public-read"),
            new HeaderValue("x-amz-acl", "private"),
            new HeaderValue("x-team", "a"),
            new HeaderValue("x-team", "a, b"),
            new HeaderValue("x-amz-object-attributes", "ETag,ObjectParts"));
    /** Also generates the requests of the sample. */
    private static final String CLIENT = "127.0.0.1";

    private static final String CLIENTS = "127.0.0.0/8";
    private static final String OTHERS = "10.0.0.0/8";
    private static final List<String> BUCKETS = List.of("pub", "secret", "secret-2", "logs");
    /** By the prefix after a store has merged slashes. */
    private static final Map<String, List<String>> PREFIXES = new TreeMap<>(Map.of(
            "private/", List.of("private/"),
            "a b/", List.of("a b/"),
            "é", List.of("é"),
            "pri/vate/", List.of("pri//vate/", "pri/vate/"),
            "lead/", List.of("/lead/", "lead/"),
            "a/b/", List.of("a\\b/", "a/b/")));

    private static final List<String> PARAMETERS = OperationShape.all().stream()
            .flatMap(shape -> shape.query().stream())
            .distinct()
            .toList();
    private static final List<String> OTHER_PARAMETERS = List.of(
            "renameObject",
            "versionId=3",
            "x-id=PutObject",
            "list-type=1",
            "list-type=02",
            "prefix=a",
            "part",
            "x-amz-acl=public-read",
            "X-Amz-Acl=private",
            "x%2Damz-acl=PRIVATE",
            "x-amz-acl=private,public-read",
            "x-amz-acl=private%2C+PUBLIC-read%2Cx",
            "x-amz-acl=%20public-read",
            "x-amz-acl=private%09",
            "x-amz-object-attributes=ETag%2CObjectParts",
            "x-amz-object-attributes=+objectparts",
            "x-amz-object-attributes=ETag,Checksum",
            "%58-Amz-Acl=private",
            "x-amz-%41cl=public-read",
            "x-amz-acl=%50rivate",
            "x-amz-%61%63%6C=%50UBLIC-r%45ad",
            "x-amz-copy-source=/secret/k",
            "X-Amz-Copy-Source=%2Fsecret%2Fprivate%2Fx",
            "x-amz-%43opy-source=secret%2Fk",
            "x-amz-rename-source=/secret/k",
            "x-amz-acl",
            "X-Amz-Tagging=a%3Db",
            "x-amz-%67rant-read=c",
            "x-amz-object-lock-mode=GOVERNANCE");

    /** What a write may do besides. */
    private static final Map<String, List<String>> ACTING = new TreeMap<>(Map.of(
            "x-amz-tagging", List.of("a=b", ""),
            "x-amz-tagging-directive", List.of("REPLACE", "replace", "COPY"),
            "x-amz-grant-full-control", List.of("id=c"),
            "x-amz-object-lock-mode", List.of("COMPLIANCE"),
            "x-amz-object-lock-retain-until-date", List.of("2030-01-01T00:00:00Z"),
            "x-amz-object-lock-legal-hold", List.of("ON", "OFF"),
            "x-amz-bucket-object-lock-enabled", List.of("true"),
            "x-amz-object-ownership", List.of("ObjectWriter")));

    @Property(tries = 1500)
    void noRequestPassesThatAStoreExecutesAsADeniedAction(@ForAll long seed) {
        var random = new Random(seed);
        var matches = matches(random);
        var table = table(matches, List.of());
        for (int i = 0; i < 60; i++) {
            var request = request(random);
            if (passes(table.route(request))) {
                assertNothingIsDenied(matches, request, BASE);
            }
        }
    }

    @Property(tries = 1500)
    void noDeniedRequestPassesByAPathStyleHostBelowTheDomain(@ForAll long seed) {
        var random = new Random(seed);
        var matches = matches(random);
        var table = table(matches, HOSTNAMES);
        for (int i = 0; i < 60; i++) {
            var any = request(random);
            var host = random.nextInt(3) == 0 ? any.authority() : spelled(random, pick(random, HOSTNAMES));
            var request = new Request(any.method(), host, any.path(), any.headers(), any.source());
            if (passes(table.route(request))) {
                assertNothingIsDenied(matches, request, BASE);
                if (HOSTNAMES.contains(host.toLowerCase(Locale.ROOT).replaceFirst("\\.?(?::[0-9]*)?$", ""))) {
                    // Stores without the domain read the path, as does Ceph if the name is one of its own.
                    assertNothingIsDenied(matches, request, "elsewhere");
                }
            }
        }
    }

    private static void assertNothingIsDenied(List<MatchPlan> matches, Request request, String domain) {
        StoreModels.ALL.forEach((store, model) -> {
            var effects = model.apply(request, domain);
            for (var effect : effects) {
                assertThat(winner(matches, effect, effects.getFirst().operation(), request))
                        .as("%s on %s executes %s, which %s", request, store, effect, matches)
                        .isNotEqualTo("deny");
            }
        });
    }

    static boolean passes(String route) {
        return !route.equals("deny") && !route.startsWith("guard/");
    }

    /**
     * The first match for the action of a store, ignoring keys in bodies.
     *
     * @param own what the request itself is
     */
    private static String winner(List<MatchPlan> matches, Effect effect, S3Operation own, Request request) {
        for (var match : byWhatStoresRead(matches)) {
            boolean bucket = effect.bucket().isEmpty()
                    ? match.bucket() instanceof BucketMatch.Any
                    : match.bucket().covers(new BucketMatch.Exact(effect.bucket()));
            boolean operation = match.operations().isEmpty()
                    || match.operations().contains(effect.operation())
                    || (match.operations().contains(own) && forwardsItsHeader(match, effect));
            boolean key = match.keyPrefix().isEmpty()
                    || effect.key().startsWith(match.keyPrefix())
                    || ((match.rule().equals("deny") || odd(match))
                            && single(effect.key()).startsWith(single(match.keyPrefix())));
            boolean header = match.headers().stream()
                    .allMatch(wanted -> holds(wanted, match.rule().equals("deny"), request));
            boolean client =
                    match.sourceCidrs().isEmpty() || match.sourceCidrs().contains(CLIENTS);
            if (bucket && operation && key && header && client) {
                return match.rule();
            }
        }
        return Names.DEFAULT_RULE;
    }

    /** Whether a rule that forwards allows an action by the name of its header. */
    private static boolean forwardsItsHeader(MatchPlan match, Effect effect) {
        return match.rule().equals("forward")
                && EnumSet.of(S3Operation.PutObjectAcl, S3Operation.PutBucketAcl)
                        .contains(effect.operation())
                && match.headers().stream().anyMatch(header -> header.name().equals("x-amz-acl"));
    }

    /**
     * A rule that forwards a prefix which some store reads as another one also forwards the other one there, but not past a deny
     * for it.
     */
    private static List<MatchPlan> byWhatStoresRead(List<MatchPlan> matches) {
        return matches.stream()
                .flatMap(match -> odd(match)
                        ? Stream.concat(
                                matches.stream()
                                        .filter(other -> other.rule().equals("deny")
                                                && other.bucket().equals(match.bucket())
                                                && single(other.keyPrefix()).startsWith(single(match.keyPrefix()))),
                                Stream.of(match))
                        : Stream.of(match))
                .toList();
    }

    private static boolean odd(MatchPlan match) {
        return match.rule().equals("forward") && !single(match.keyPrefix()).equals(match.keyPrefix());
    }

    /** For a deny: whether some store reads the value. For a forward: whether no store reads another value. */
    private static boolean holds(HeaderValue wanted, boolean denies, Request request) {
        var lines = request.headers().getOrDefault(wanted.name(), "");
        var moved = Arrays.stream(request.path().split("[?&;]"))
                .skip(1)
                .map(parameter -> parameter.split("=", 2))
                .filter(parameter -> wanted.maybeInQuery()
                        && StoreRequest.decode(parameter[0], true).equalsIgnoreCase(wanted.name()))
                .toList();
        if (!denies) {
            return lines.equals(wanted.value()) && moved.isEmpty();
        }
        var read = Stream.concat(
                        lines.lines(),
                        moved.stream()
                                .filter(parameter -> parameter.length > 1)
                                .map(parameter -> StoreRequest.decode(parameter[1], true)))
                .flatMap(value -> Arrays.stream(value.split(",")))
                .map(value -> value.strip().toLowerCase(Locale.ROOT))
                .toList();
        return read.containsAll(
                Arrays.asList(wanted.value().toLowerCase(Locale.ROOT).split(", *")));
    }

    private static String single(String key) {
        return key.replace('\\', '/').replaceAll("^/+|(?<=/)/+", "");
    }

    private static RouteInterpreter table(List<MatchPlan> matches, List<String> hostnames) {
        var store = new Backend.Pool("store");
        var forward = new RulePlan.Forward(List.of(new RulePlan.WeightedBackend(store, 1)));
        var rules = Map.of(
                "forward", rule("forward", forward), "deny", rule("deny", new RulePlan.Deny("AccessDenied", 403)));
        var listener = new ListenerPlan("s3", 80, List.of(BASE), hostnames, null, matches, store);
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
                    random.nextInt(3) == 0 ? pick(random, pick(random, List.copyOf(PREFIXES.values()))) : "",
                    operations(random),
                    random.nextInt(3) == 0 ? List.of(pick(random, HEADERS)) : List.of(),
                    random.nextInt(4) == 0 ? List.of(pick(random, List.of(CLIENTS, OTHERS))) : List.of(),
                    List.of()));
        }
        if (random.nextInt(4) == 0) {
            var match = pick(random, matches);
            matches.add(new MatchPlan(
                    match.rule().equals("deny") ? "forward" : "deny",
                    match.bucket(),
                    pick(random, PREFIXES.getOrDefault(single(match.keyPrefix()), List.of(match.keyPrefix()))),
                    random.nextInt(2) == 0 ? match.operations() : operations(random),
                    List.of(),
                    List.of(),
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
        if (random.nextInt(12) == 0) {
            headers.put("x-minio-force-delete", "true");
        }
        if (random.nextInt(3) == 0) {
            headers.put("x-amz-acl", lines(random, List.of("private", "public-read", "PUBLIC-READ")));
        }
        if (random.nextInt(3) == 0) {
            headers.put("x-team", lines(random, List.of("a", "b", "B", "a, b", "c")));
        }
        if (random.nextInt(6) == 0) {
            headers.put("x-amz-object-attributes", lines(random, List.of("ETag", "ObjectParts", "Checksum")));
        }
        if (random.nextInt(3) == 0) {
            var acting = pick(random, List.copyOf(ACTING.keySet()));
            headers.put(acting, pick(random, ACTING.getOrDefault(acting, List.of())));
        }
        boolean hostStyle = random.nextInt(3) == 0;
        var bucket = pick(random, BUCKETS);
        var path = (hostStyle ? "" : "/" + (random.nextInt(12) == 0 ? ":" : "") + bucket) + key(random);
        return new Request(
                method,
                host(random, hostStyle ? bucket : ""),
                path.isEmpty() ? "/" : path + query(random),
                headers,
                CLIENT);
    }

    /** One or more values, in one header or in separate headers. */
    private static String lines(Random random, List<String> values) {
        var lines = pick(random, values);
        for (int i = random.nextInt(3); i > 0; i--) {
            lines += pick(random, List.of("\n", "\n", ",", " , ")) + pick(random, values);
        }
        return lines;
    }

    private static String host(Random random, String bucket) {
        return spelled(random, (bucket.isEmpty() ? "" : bucket + ".") + BASE);
    }

    private static String spelled(Random random, String host) {
        return switch (random.nextInt(20)) {
            case 0 -> host + ".";
            case 1 -> host + ":80";
            case 2 -> host + ":80:80";
            case 3 -> "x@" + host;
            case 4 -> host.replace(BASE, "S3.Example.com");
            case 5 -> host + ".:443";
            case 6 -> host + ":99999";
            case 7 -> host.toUpperCase(Locale.ROOT);
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
                        "/pri/vate/x",
                        "/pri///vate/x",
                        "/pri//vate/x",
                        "/lead/x",
                        "//lead/x",
                        "/a/b/x",
                        "/a%5Cb/x",
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
                        "/pri/vate/x",
                        "/lead/x",
                        "/a/b/x",
                        "/../secret/k",
                        "/k?versionId=null",
                        "/a b/x",
                        "/a%20b/x",
                        "/\u00c3\u00a9",
                        "/%C3\u00a9",
                        "/%C3%A9",
                        "/x/../private/x",
                        "/a/b/../../private/x",
                        "/lead%2f%2e%2E/private/x",
                        "/lead/..%5Cprivate/x",
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
