package dev.datapath.operator.envoy;

import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.s3.OperationShape;
import dev.datapath.operator.s3.RequestClass;
import dev.datapath.operator.s3.Scope;
import dev.datapath.operator.s3.Subresources;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Header conditions under which a request of a known class is one of the given actions, as alternatives. Forward rules only match
 * the exact shape of an action. Deny rules match everything that some store would execute as the action.
 */
final class OperationConditions {

    private static final Map<RequestClass, Set<S3Operation>> BY_CLASS = byClass();

    private record Key(Set<S3Operation> operations, RequestClass requestClass, boolean withVariants) {}

    /** Method and scope that several shapes share. */
    private record Address(String method, Scope scope) {}

    private final AddressStyle style;
    private final Map<Key, List<List<HeaderMatcher>>> known = new HashMap<>();

    OperationConditions(AddressStyle style) {
        this.style = style;
    }

    /** Whether requests of this class can be one of the actions. No actions means every request. */
    boolean touches(Set<S3Operation> operations, RequestClass requestClass, boolean withVariants) {
        return !alternatives(operations, requestClass, withVariants).isEmpty();
    }

    /**
     * Alternatives, each a list of conditions that must all hold. A single empty alternative when every request of the class
     * matches: no action is listed, or all actions of the class are.
     *
     * @param withVariants whether to match everything that some store would execute as one of the actions
     */
    List<List<HeaderMatcher>> alternatives(
            Set<S3Operation> operations, RequestClass requestClass, boolean withVariants) {
        return known.computeIfAbsent(
                new Key(operations, requestClass, withVariants),
                key -> List.copyOf(compute(operations, requestClass, withVariants)));
    }

    private List<List<HeaderMatcher>> compute(
            Set<S3Operation> operations, RequestClass requestClass, boolean withVariants) {
        var wanted = new TreeSet<>(operations);
        wanted.retainAll(operationsOf(requestClass));
        if (operations.isEmpty() || (!wanted.isEmpty() && wanted.equals(operationsOf(requestClass)))) {
            return List.of(List.of());
        }
        return switch (requestClass) {
            case OBJECT_READ -> objectReads(operations, wanted, withVariants);
            case LONG_WRITE -> withVariants ? longWrites(operations) : exact(wanted);
            case UNKNOWN -> withVariants ? unknown(operations) : List.of();
            default -> withVariants ? wide(operations, requestClass) : exact(wanted);
        };
    }

    /** Conditions for object reads. Within this class only the method differs. */
    private List<List<HeaderMatcher>> objectReads(
            Set<S3Operation> operations, Set<S3Operation> wanted, boolean withVariants) {
        var alternatives = new ArrayList<List<HeaderMatcher>>();
        wanted.forEach(operation -> alternatives.add(
                List.of(Methods.condition(OperationShape.of(operation).method()))));
        if (withVariants
                && operations.stream()
                        .map(OperationShape::of)
                        .anyMatch(shape -> shape.safe() && shape.scope() != Scope.OBJECT)) {
            alternatives.add(List.of(regex(Names.TARGET_HEADER, style.resolvesToBucket())));
        }
        return alternatives;
    }

    private List<List<HeaderMatcher>> exact(Set<S3Operation> wanted) {
        var plain = new LinkedHashMap<Address, Set<String>>();
        var alternatives = new ArrayList<List<HeaderMatcher>>();
        for (var operation : wanted) {
            var shape = OperationShape.of(operation);
            var address = address(shape);
            if (shape.query().size() == 1 && shape.excludedQuery().isEmpty()) {
                plain.computeIfAbsent(address, key -> new TreeSet<>())
                        .add(shape.query().getFirst());
            } else {
                var conditions = conditions(address, false);
                shape.query().forEach(name -> conditions.add(path(QueryPattern.anyOf(List.of(name)))));
                if (!shape.excludedQuery().isEmpty()) {
                    conditions.add(not(path(QueryPattern.anyOf(shape.excludedQuery()))));
                }
                alternatives.add(conditions);
            }
        }
        plain.forEach((address, names) -> {
            var conditions = conditions(address, false);
            conditions.add(path(QueryPattern.anyOf(names)));
            alternatives.add(conditions);
        });
        return alternatives;
    }

    /** Conditions for everything that some store would execute as one of the actions, for requests of known shape. */
    private List<List<HeaderMatcher>> wide(Set<S3Operation> operations, RequestClass requestClass) {
        var plain = new LinkedHashMap<Address, Set<String>>();
        var alternatives = new ArrayList<List<HeaderMatcher>>();
        for (var operation : operations) {
            var shape = OperationShape.of(operation);
            boolean own = RequestClass.of(operation) == requestClass;
            var conditions = conditions(address(shape), true);
            var query = shape.query().stream()
                    .filter(name -> shape.safe() || !Subresources.picksConfiguration(name))
                    .toList();
            if (query.isEmpty()) {
                var decisive = Subresources.decisive(shape.method(), shape.scope());
                boolean reads = operation == S3Operation.GetObject && requestClass == RequestClass.METADATA_READ;
                if (own || reads) {
                    if (!decisive.isEmpty()) {
                        conditions.add(not(path(QueryPattern.certainly(decisive))));
                    }
                    alternatives.add(conditions);
                }
            } else if (own && Subresources.ofAnyPath(query)) {
                alternatives.add(List.of(Methods.condition(shape.method()), path(QueryPattern.named(query))));
            } else if (own && query.size() == 1 && shape.excludedQuery().isEmpty()) {
                plain.computeIfAbsent(address(shape), key -> new TreeSet<>()).addAll(query);
            } else if (own) {
                query.forEach(name -> conditions.add(path(QueryPattern.named(List.of(name)))));
                if (!shape.excludedQuery().isEmpty() && shape.safe()) {
                    conditions.add(not(path(QueryPattern.anyOf(shape.excludedQuery()))));
                }
                alternatives.add(conditions);
            }
        }
        plain.forEach((address, names) -> {
            var conditions = conditions(address, true);
            conditions.add(path(QueryPattern.named(names)));
            alternatives.add(conditions);
        });
        return alternatives;
    }

    /**
     * Conditions for long writes. A copy to a key that some store, or a proxy in front of it, resolves to an empty key is a write
     * of the bucket.
     */
    private List<List<HeaderMatcher>> longWrites(Set<S3Operation> operations) {
        var alternatives = wide(operations, RequestClass.LONG_WRITE);
        if (operations.stream()
                .map(OperationShape::of)
                .anyMatch(shape -> !shape.safe() && shape.scope() == Scope.BUCKET)) {
            alternatives.add(List.of(regex(Names.TARGET_HEADER, style.resolvesToBucket())));
        }
        return alternatives;
    }

    /** Conditions for requests of unknown shape, which count as every action that modifies data. */
    private List<List<HeaderMatcher>> unknown(Set<S3Operation> operations) {
        var alternatives = new ArrayList<List<HeaderMatcher>>();
        if (operations.stream()
                .anyMatch(operation -> operation != S3Operation.SelectObjectContent
                        && !OperationShape.of(operation).safe())) {
            alternatives.add(List.of(Methods.unsafe()));
        }
        var select = OperationShape.of(S3Operation.SelectObjectContent);
        if (operations.contains(select.operation())) {
            alternatives.add(List.of(Methods.condition(select.method()), path(QueryPattern.named(select.query()))));
        }
        alternatives.addAll(wide(operations, RequestClass.METADATA_READ));
        return alternatives;
    }

    private static Address address(OperationShape shape) {
        return new Address(shape.method(), shape.scope());
    }

    private List<HeaderMatcher> conditions(Address address, boolean withVariants) {
        var target = withVariants ? style.withVariants(address.scope()) : style.target(address.scope());
        var conditions = new ArrayList<HeaderMatcher>();
        // Ceph also lists buckets for HEAD (RGWHandler_REST_Service_S3::op_head).
        conditions.add(
                withVariants && address.scope() == Scope.SERVICE
                        ? Methods.safe()
                        : Methods.condition(address.method()));
        conditions.add(regex(Names.TARGET_HEADER, target));
        return conditions;
    }

    static HeaderMatcher exact(String header, String value) {
        return HeaderMatcher.newBuilder()
                .setName(header)
                .setStringMatch(StringMatcher.newBuilder().setExact(value))
                .build();
    }

    static HeaderMatcher regex(String header, String regex) {
        return HeaderMatcher.newBuilder()
                .setName(header)
                .setStringMatch(StringMatcher.newBuilder()
                        .setSafeRegex(RegexMatcher.newBuilder().setRegex(regex)))
                .build();
    }

    private static HeaderMatcher path(String regex) {
        return regex(":path", regex);
    }

    static HeaderMatcher not(HeaderMatcher condition) {
        return condition.toBuilder().setInvertMatch(true).build();
    }

    private static Set<S3Operation> operationsOf(RequestClass requestClass) {
        return BY_CLASS.getOrDefault(requestClass, Set.of());
    }

    private static Map<RequestClass, Set<S3Operation>> byClass() {
        return Arrays.stream(S3Operation.values())
                .collect(Collectors.groupingBy(
                        RequestClass::of,
                        () -> new EnumMap<>(RequestClass.class),
                        Collectors.toCollection(TreeSet::new)));
    }
}
