package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.DataPathSpec;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.RoutingPolicySpec;
import dev.datapath.api.v1alpha1.ServiceLevelObjective;
import dev.datapath.api.v1alpha1.ServiceLevelObjectiveSpec;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.api.v1alpha1.StoragePoolSpec;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.CustomResource;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Objects that no API server would admit: every field of every API record can be missing, garbage, or a value that is valid
 * somewhere. Valid values are frequent enough to reach all parts of the compiler.
 */
final class AnyObject {
    private static final String[] GARBAGE = {
        "",
        " ",
        "*",
        "-",
        "\u0000",
        "\ud800",
        "💥",
        "null",
        "../..",
        "a/b",
        "%s",
        "Ä",
        "-1",
        "1e9",
        "x".repeat(5000),
        "0.0.0.0/0",
        "::/0",
        "::",
        "1.2.3.4.5",
        "h",
        "99999h99999h99999h99999h",
        "00",
        "\n",
        "a\r\nb",
        "*.*"
    };
    private static final String[] SENSE = {
        "store",
        "s3",
        "node-1",
        "rule-1",
        "training",
        "imagenet",
        "imagenet",
        "laion-*",
        "la*",
        "*",
        "shards/",
        "GetObject",
        "Reads",
        "Writes",
        "PutObject",
        "x-team",
        "vision",
        "10.0.0.0/8",
        "10.1.0.0/16",
        "fd00::/8",
        "10.0.0.1",
        "fd00::1",
        "a.store.internal",
        "b.store.internal",
        "http",
        "1s",
        "250ms",
        "10m",
        "30d",
        "99.9",
        "50",
        "500Mi",
        "s3.example.com",
        "eu.s3.example.com",
        "tls",
        "bad-tls",
        "authorities",
        "bad-authorities",
        "ca.crt",
        "datapath.dev",
        "AKIAEXAMPLE"
    };
    private static final Map<String, String[]> USUAL = Map.of(
            "name",
                    new String[] {
                        "store", "other", "s3", "internal", "training", "rule-1", "rule-2", "tls", "authorities"
                    },
            "address", new String[] {"10.0.0.1", "10.0.0.2", "fd00::1", "a.store.internal", "b.store.internal"},
            "buckets", new String[] {"imagenet", "laion-*", "laion-400m", "*"},
            "operations", new String[] {"GetObject", "Reads", "Writes", "PutObject"},
            "sourceCIDRs", new String[] {"10.0.0.0/8", "10.1.0.0/16", "fd00::/8"},
            "listeners", new String[] {"s3", "internal"},
            "group", new String[] {"datapath.dev"},
            "key", new String[] {"ca.crt"});
    private static final Integer[] NUMBERS = {
        null, -1, 0, 1, 2, 20, 50, 100, 1000, 9000, 65_535, 65_536, Integer.MAX_VALUE
    };

    private final Random random;

    AnyObject(Random random) {
        this.random = random;
    }

    ResourceSet resourceSet() {
        return new ResourceSet(
                dataPath(),
                some(this::pool),
                some(this::policy),
                some(this::objective),
                some(this::secret),
                some(this::configMap),
                new Discovery(
                        lookups("a.store.internal", "b.store.internal", "s3.example.com"),
                        lookups("store:http", "s3:http", "store:1")),
                LastGood.NONE,
                TestCertificates.NOW,
                Environment.CLUSTER);
    }

    DataPath dataPath() {
        var dataPath = named(new DataPath(), "training");
        dataPath.setSpec(chance(3) ? null : record(DataPathSpec.class));
        return dataPath;
    }

    StoragePool pool() {
        return resource(new StoragePool(), StoragePoolSpec.class, "store", "other", "s3");
    }

    RoutingPolicy policy() {
        return resource(new RoutingPolicy(), RoutingPolicySpec.class, "p1", "p2", "p3", "p4");
    }

    ServiceLevelObjective objective() {
        return resource(new ServiceLevelObjective(), ServiceLevelObjectiveSpec.class, "o1", "o2", "o3");
    }

    Secret secret() {
        var secret = named(new Secret(), "tls", "bad-tls", "authorities", "bad-authorities");
        secret.setType(pick("kubernetes.io/tls", "kubernetes.io/tls", "kubernetes.io/tls", "Opaque", null));
        secret.setStringData(data("tls.crt", "tls.key", "ca.crt"));
        secret.setData(data("tls.crt", "tls.key"));
        return secret;
    }

    ConfigMap configMap() {
        var configMap = named(new ConfigMap(), "authorities", "bad-authorities", "tls");
        configMap.setData(data("ca.crt"));
        configMap.setBinaryData(data("ca.crt"));
        return configMap;
    }

    private <S, T extends CustomResource<S, ?>> T resource(T object, Class<S> spec, String... names) {
        named(object, names);
        object.setSpec(chance(3) ? null : record(spec));
        return object;
    }

    private <T extends HasMetadata> T named(T object, String... names) {
        object.setMetadata(chance(2) ? null : new ObjectMeta());
        if (object.getMetadata() != null) {
            object.getMetadata().setNamespace(chance(3) ? pick(null, "elsewhere", "") : "ai");
            object.getMetadata().setName(chance(3) ? pick(null, "") : pick(names));
            object.getMetadata()
                    .setCreationTimestamp(pick(null, "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "yesterday"));
        }
        return object;
    }

    private Map<String, String> data(String... keys) {
        if (chance(20)) {
            return null;
        }
        var data = new HashMap<String, String>();
        for (var key : keys) {
            if (!chance(20)) {
                data.put(
                        key,
                        switch (random.nextInt(6)) {
                            case 0 -> pick(GARBAGE);
                            case 1 -> "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
                            case 2 ->
                                TestCertificates.INSTANCE.text(pick("expired.crt", "other.key", "ca.crt", "weak.crt"));
                            default ->
                                TestCertificates.INSTANCE.text(
                                        key.endsWith("key")
                                                ? "server.key"
                                                : key.startsWith("ca") ? "ca.crt" : "server.crt");
                        });
            }
        }
        return data;
    }

    private Map<String, Discovery.Lookup> lookups(String... names) {
        var lookups = new HashMap<String, Discovery.Lookup>();
        for (var name : names) {
            if (!chance(30)) {
                var endpoints = some(() -> new Discovery.Endpoint(
                        pick("pod-1", "pod-2", "", " "),
                        pick("10.2.0.1", "10.2.0.2", "fd00::9", "garbage"),
                        pick(0, 8080, -1, 70_000),
                        pick("", "a")));
                lookups.put(name, new Discovery.Lookup(endpoints, chance(30) ? "SERVFAIL" : null));
            }
        }
        return lookups;
    }

    @SuppressWarnings("unchecked")
    private <T> T record(Class<T> type) {
        var components = type.getRecordComponents();
        try {
            var constructor = (Constructor<T>) type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(Arrays.stream(components)
                    .map(component -> value(component.getGenericType(), component.getName()))
                    .toArray());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make a " + type, e);
        }
    }

    private Object value(Type type, String name) {
        if (type instanceof ParameterizedType generic) {
            var arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class) {
                return chance(40) ? null : some(() -> present(arguments[0], name));
            }
            return chance(50) ? null : Map.of(text(name), present(arguments[1], name));
        }
        return chance(25) ? null : present(type, name);
    }

    private Object present(Type type, String name) {
        if (type == String.class) {
            return text(name);
        }
        if (type == Integer.class || type == int.class) {
            var number = name.equals("port") ? pick(9000, 9001, 9002, 0, 70_000) : pick(NUMBERS);
            return number == null ? 7 : number;
        }
        if (type == Long.class) {
            return random.nextLong();
        }
        if (type == Boolean.class) {
            return random.nextBoolean();
        }
        var raw = (Class<?>) type;
        if (raw.isEnum()) {
            return pick(raw.getEnumConstants());
        }
        return record(raw);
    }

    private String text(String name) {
        return switch (random.nextInt(8)) {
            case 0 -> pick(GARBAGE);
            case 1, 2 -> pick(SENSE);
            default -> pick(USUAL.getOrDefault(name, SENSE));
        };
    }

    private <T> List<T> some(Supplier<T> supplier) {
        return new ArrayList<>(IntStream.range(0, random.nextInt(5))
                .mapToObj(i -> supplier.get())
                .toList());
    }

    @SafeVarargs
    private final <T> T pick(T... values) {
        return values[random.nextInt(values.length)];
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
