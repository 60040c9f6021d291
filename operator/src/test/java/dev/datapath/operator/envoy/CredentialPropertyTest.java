package dev.datapath.operator.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.envoy.CredentialModels.Kind;
import dev.datapath.operator.envoy.CredentialModels.Reading;
import dev.datapath.operator.envoy.RouteInterpreter.Request;
import dev.datapath.operator.plan.Backend;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.CredentialCondition;
import dev.datapath.operator.plan.CredentialCondition.AccessKeys;
import dev.datapath.operator.plan.CredentialCondition.Anonymous;
import dev.datapath.operator.plan.CredentialCondition.Presigned;
import dev.datapath.operator.plan.CredentialCondition.PresignedLongerThan;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Rules by credentials, against what stores read: a deny takes all that some store reads so, a rule that forwards what all do. */
class CredentialPropertyTest {
    private static final List<String> KEYS = List.of("AKIAONE", "AKIATWO", "a.b_c@d+e=f-g");
    private static final List<CredentialCondition> CONDITIONS = List.of(
            new AccessKeys(Set.of("AKIAONE")),
            new AccessKeys(Set.of("AKIATWO", "a.b_c@d+e=f-g")),
            new Anonymous(),
            new Presigned(),
            new PresignedLongerThan(Duration.ofSeconds(3600)),
            new PresignedLongerThan(Duration.ofSeconds(9)));

    @Property(tries = 3000)
    void nothingPassesThatAStoreReadsAsDenied(@ForAll long seed) {
        var random = new Random(seed);
        var condition = pick(random, CONDITIONS);
        var table = table("deny", condition);
        for (int i = 0; i < 30; i++) {
            var request = request(random);
            if (DenyPropertyTest.passes(table.route(request))) {
                CredentialModels.ALL.forEach((store, model) -> assertThat(
                                model.apply(request).filter(reading -> denied(condition, reading, request)))
                        .as("%s on %s, which rules deny: %s", request, store, condition)
                        .isEmpty());
            }
        }
    }

    @Property(tries = 3000)
    void aRuleThatForwardsTakesWhatEveryStoreReadsAsItsKey(@ForAll long seed) {
        var random = new Random(seed);
        var condition = pick(
                random, CONDITIONS.stream().filter(AccessKeys.class::isInstance).toList());
        var table = table("forward", condition);
        for (int i = 0; i < 30; i++) {
            var request = request(random);
            if (table.route(request).equals("forward")) {
                CredentialModels.ALL.forEach((store, model) -> model.apply(request)
                        .filter(reading -> reading.kind() != Kind.ANONYMOUS)
                        .ifPresent(reading -> assertThat(((AccessKeys) condition).ids())
                                .as("%s on %s", request, store)
                                .contains(reading.key())));
            }
        }
    }

    /** What SDKs send is neither refused nor taken for another one. */
    @Test
    void whatClientsSendIsReadAsItIs() {
        var denied = new HashMap<String, List<String>>();
        for (var condition : CONDITIONS) {
            var table = table("deny", condition);
            for (var key : KEYS) {
                for (var request : signed(key)) {
                    var route = table.route(request);
                    assertThat(route).as("%s", request).isIn("deny", "default");
                    assertThat(route.equals("deny"))
                            .as("%s and %s", request, condition)
                            .isEqualTo(CredentialModels.ALL.values().stream()
                                    .flatMap(model -> model.apply(request).stream())
                                    .anyMatch(reading -> denied(condition, reading, request)));
                    denied.computeIfAbsent(route, name -> new ArrayList<>()).add(request.path());
                }
            }
        }
        assertThat(denied.keySet()).containsExactlyInAnyOrder("deny", "default");
    }

    /** The forms of SDKs: botocore, minio-go (no blanks), Version 4A, Version 2, and presigned ones. */
    private static List<Request> signed(String key) {
        var scope = "/20261201/eu-central-1/s3/aws4_request";
        var encoded = KeyPattern.canonical(key);
        return List.of(
                get(
                        "/b/k",
                        "AWS4-HMAC-SHA256 Credential=" + key + scope
                                + ", SignedHeaders=host;x-amz-date, Signature=0a1b"),
                get("/b/k", "AWS4-HMAC-SHA256 Credential=" + key + scope + ",SignedHeaders=host,Signature=0a1b"),
                get(
                        "/b/k",
                        "AWS4-ECDSA-P256-SHA256 Credential=" + key
                                + "/20261201/s3/aws4_request, SignedHeaders=host, Signature=30"),
                get("/b/k", "AWS " + key + ":frJIUN8DYpKDtOLCwo//yllqDzg="),
                get(
                        "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + encoded + scope.replace("/", "%2F")
                                + "&X-Amz-Date=20261201T000000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=0a",
                        null),
                get(
                        "/b/k?x-id=GetObject&X-Amz-Signature=0a&X-Amz-Expires=604800&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
                                + encoded + scope,
                        null),
                get("/b/k?AWSAccessKeyId=" + encoded + "&Signature=vjby%2BPd%3D&Expires=1175139620", null),
                get("/b/k?versionId=1", null),
                new Request(
                        "OPTIONS",
                        "s3.example.com",
                        "/b/k",
                        Map.of("access-control-request-method", "PUT"),
                        "127.0.0.1"));
    }

    private static Request get(String path, String authorization) {
        return new Request(
                "GET",
                "s3.example.com",
                path,
                authorization == null ? Map.of() : Map.of("authorization", authorization),
                "127.0.0.1");
    }

    private static boolean denied(CredentialCondition condition, Reading reading, Request request) {
        boolean preflight =
                request.method().equals("OPTIONS") && request.headers().containsKey("access-control-request-method");
        return reading.kind() == Kind.FORM
                || switch (condition) {
                    case AccessKeys(var ids) -> ids.contains(reading.key());
                    case Anonymous() -> reading.kind() == Kind.ANONYMOUS && !preflight;
                    case Presigned() -> reading.kind() == Kind.QUERY;
                    case PresignedLongerThan(var most) ->
                        reading.kind() == Kind.QUERY
                                && reading.validity()
                                        .filter(seconds -> seconds <= most.toSeconds())
                                        .isEmpty();
                };
    }

    private static RouteInterpreter table(String rule, CredentialCondition condition) {
        var store = new Backend.Pool("store");
        var forward = new RulePlan.Forward(List.of(new RulePlan.WeightedBackend(store, 1)));
        var action = rule.equals("deny") ? new RulePlan.Deny("AccessDenied", 403) : forward;
        var plan = new RulePlan(
                rule,
                action,
                new RulePlan.Timeouts(null, null),
                new RulePlan.Retry(1, Duration.ofMillis(5)),
                null,
                null);
        var match = new MatchPlan(rule, new BucketMatch.Any(), "", Set.of(), List.of(), List.of(), List.of(condition));
        var listener = new ListenerPlan("s3", 80, List.of(), List.of(), null, List.of(match), store);
        return new RouteInterpreter(
                new RouteTable(listener, Map.of(rule, plan), Map.of(), new RouteCache(), RouteTable.MAX_PLAIN_ROUTES)
                        .render()
                        .of("s3", false)
                        .message());
    }

    private static Request request(Random random) {
        var headers = new HashMap<String, String>();
        if (random.nextInt(3) > 0) {
            var lines = authorization(random);
            while (random.nextInt(5) == 0) {
                lines += "\n" + authorization(random);
            }
            headers.put("authorization", lines);
        }
        if (random.nextInt(6) == 0) {
            headers.put(
                    "content-type",
                    pick(random, List.of("multipart/form-data; boundary=x", "Multipart/Form-Data", "text/plain")));
        }
        if (random.nextInt(8) == 0) {
            headers.put("access-control-request-method", "PUT");
        }
        return new Request(
                pick(random, List.of("GET", "PUT", "POST", "HEAD", "OPTIONS")),
                "s3.example.com",
                "/b/k" + query(random),
                headers,
                "127.0.0.1");
    }

    private static String authorization(Random random) {
        var parameters = new ArrayList<String>();
        for (int i = random.nextInt(8) == 0 ? 2 : 1; i > 0; i--) {
            parameters.add("Credential=" + key(random) + scope(random));
        }
        parameters.add("SignedHeaders=host;x-amz-date");
        parameters.add("Signature=0a");
        if (random.nextInt(4) == 0) {
            Collections.shuffle(parameters, random);
        }
        return switch (random.nextInt(8)) {
            case 0 -> "AWS " + key(random) + ":" + pick(random, List.of("c2ln", "", "c2ln:x"));
            case 1 ->
                pick(random, List.of("", "Basic YTpi", "Bearer ey.x", "aws a:b", "AWS4-HMAC-SHA256", "AWS4", "AWS"));
            default ->
                pick(
                                random,
                                List.of(
                                        "AWS4-HMAC-SHA256 ",
                                        "AWS4-HMAC-SHA256 ",
                                        "AWS4-HMAC-SHA256",
                                        "AWS4-HMAC-SHA256  ",
                                        "aws4-hmac-sha256 ",
                                        "AWS4-ECDSA-P256-SHA256 "))
                        + String.join(pick(random, List.of(", ", ",", " , ", " ", ";")), parameters);
        };
    }

    private static String key(Random random) {
        var key = pick(random, KEYS);
        return switch (random.nextInt(10)) {
            case 0 -> key + "/x";
            case 1 -> key.substring(0, 2) + " " + key.substring(2);
            case 2 -> "x/" + key;
            case 3 -> "";
            default -> key;
        };
    }

    private static String scope(Random random) {
        return pick(
                random,
                List.of(
                        "/20261201/us-east-1/s3/aws4_request",
                        "/20261201/us-east-1/s3/aws4_request",
                        "/20261201/us-east-1/s3/aws4_request/x",
                        "/x/20261201/us-east-1/s3/aws4_request",
                        "/20261201/s3/aws4_request",
                        ""));
    }

    private static String query(Random random) {
        var parameters = new ArrayList<String>();
        if (random.nextInt(2) == 0) {
            parameters.add("X-Amz-Algorithm=AWS4-HMAC-SHA256");
            parameters.add("X-Amz-Credential=" + encoded(random, key(random) + scope(random)));
            parameters.add("X-Amz-Expires=" + expiry(random));
            parameters.add("X-Amz-Signature=0a");
        }
        if (random.nextInt(4) == 0) {
            parameters.add("AWSAccessKeyId=" + encoded(random, key(random)));
            parameters.add("Signature=c2ln");
            parameters.add("Expires=1999999999");
        }
        if (!parameters.isEmpty() && random.nextInt(4) == 0) {
            parameters.remove(random.nextInt(parameters.size()));
        }
        if (random.nextInt(5) == 0) {
            parameters.add(pick(
                    random,
                    List.of(
                            "X-Amz-Expires=604800",
                            "x-amz-expires=604800",
                            "X-Amz-Credential=AKIAONE/20261201/us-east-1/s3/aws4_request",
                            "X-Amz-Credentia%6C=AKIAONE/20261201/us-east-1/s3/aws4_request",
                            "x-amz-credential=AKIATWO/20261201/us-east-1/s3/aws4_request",
                            "AWSAccessKeyId=AKIAONE",
                            "AWSAccessKeyI%64=AKIAONE",
                            "X-Amz-Signature",
                            "x-amz-signature=0a")));
        }
        if (random.nextInt(4) == 0) {
            Collections.shuffle(parameters, random);
        }
        return (random.nextInt(12) == 0 ? "??" : "?") + String.join(random.nextInt(12) == 0 ? ";" : "&", parameters);
    }

    private static String expiry(Random random) {
        return pick(
                random,
                List.of(
                        "1", "9", "10", "09", "3600", "3601", "3599", "03600", "4000", "9999", "10000", "604800", "",
                        "x", "-5"));
    }

    private static String encoded(Random random, String text) {
        var encoded = new StringBuilder();
        text.chars()
                .forEach(c -> encoded.append(
                        random.nextInt(6) == 0 || " +=@".indexOf(c) >= 0
                                ? String.format(random.nextBoolean() ? "%%%02X" : "%%%02x", c)
                                : String.valueOf((char) c)));
        return encoded.toString();
    }

    private static <T> T pick(Random random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
