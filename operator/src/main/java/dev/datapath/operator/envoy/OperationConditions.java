package dev.datapath.operator.envoy;

import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.s3.OperationShape;
import dev.datapath.operator.s3.RequestClass;
import dev.datapath.operator.s3.Scope;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a request of a known class must have to be one of the wanted actions: alternatives of header conditions. */
final class OperationConditions {

    private static final Map<RequestClass, Set<S3Operation>> BY_CLASS = byClass();

    private final AddressStyle style;

    OperationConditions(AddressStyle style) {
        this.style = style;
    }

    /** Whether requests of this class can be among the actions; no actions means every request. */
    static boolean touches(Set<S3Operation> operations, RequestClass requestClass) {
        return operations.isEmpty() || !among(operations, requestClass).isEmpty();
    }

    /**
     * Alternatives, each a list of conditions that must all hold. One empty alternative when every request of the class
     * is wanted: either no action is named or all actions of the class are.
     */
    List<List<HeaderMatcher>> alternatives(Set<S3Operation> operations, RequestClass requestClass) {
        var wanted = among(operations, requestClass);
        if (operations.isEmpty() || wanted.equals(operationsOf(requestClass))) {
            return List.of(List.of());
        }
        if (requestClass == RequestClass.OBJECT_READ) {
            // The class leaves only the method open.
            var method = OperationShape.of(wanted.iterator().next()).method();
            return List.of(List.of(method(method)));
        }
        var byAddress = new LinkedHashMap<String, List<OperationShape>>();
        for (var operation : wanted) {
            var shape = OperationShape.of(operation);
            byAddress
                    .computeIfAbsent(shape.method() + shape.scope(), k -> new ArrayList<>())
                    .add(shape);
        }
        var alternatives = new ArrayList<List<HeaderMatcher>>();
        byAddress.values().forEach(shapes -> addAlternatives(shapes, alternatives));
        return alternatives;
    }

    private void addAlternatives(List<OperationShape> shapes, List<List<HeaderMatcher>> alternatives) {
        var first = shapes.getFirst();
        var address = List.of(method(first.method()), target(first.scope()));
        var plainSubresources = new TreeSet<String>();
        for (var shape : shapes) {
            boolean oneName = shape.query().size() == 1 && shape.excludedQuery().isEmpty();
            if (oneName && shape.copySource() == OperationShape.Copy.EITHER) {
                plainSubresources.add(shape.query().getFirst());
            } else {
                alternatives.add(conditions(address, shape));
            }
        }
        if (!plainSubresources.isEmpty()) {
            var conditions = new ArrayList<>(address);
            conditions.add(path(plainSubresources, false));
            alternatives.add(conditions);
        }
    }

    private static List<HeaderMatcher> conditions(List<HeaderMatcher> address, OperationShape shape) {
        var conditions = new ArrayList<>(address);
        shape.query().forEach(name -> conditions.add(path(List.of(name), false)));
        if (!shape.excludedQuery().isEmpty()) {
            conditions.add(path(shape.excludedQuery(), true));
        }
        if (shape.copySource() != OperationShape.Copy.EITHER) {
            conditions.add(HeaderMatcher.newBuilder()
                    .setName("x-amz-copy-source")
                    .setPresentMatch(true)
                    .setInvertMatch(shape.copySource() == OperationShape.Copy.WITHOUT)
                    .build());
        }
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

    private static HeaderMatcher method(String method) {
        return exact(":method", method);
    }

    private HeaderMatcher target(Scope scope) {
        return regex(Names.TARGET_HEADER, style.target(scope));
    }

    private static HeaderMatcher path(Collection<String> queryNames, boolean absent) {
        return regex(":path", QueryPattern.anyOf(queryNames)).toBuilder()
                .setInvertMatch(absent)
                .build();
    }

    private static Set<S3Operation> among(Set<S3Operation> operations, RequestClass requestClass) {
        var wanted = new TreeSet<>(operations);
        wanted.retainAll(operationsOf(requestClass));
        return wanted;
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
