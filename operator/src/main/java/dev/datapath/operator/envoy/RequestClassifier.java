package dev.datapath.operator.envoy;

import static dev.datapath.operator.envoy.Predicates.and;
import static dev.datapath.operator.envoy.Predicates.matches;
import static dev.datapath.operator.envoy.Predicates.not;
import static dev.datapath.operator.envoy.Predicates.or;
import static dev.datapath.operator.envoy.Predicates.when;

import com.github.xds.type.matcher.v3.Matcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import dev.datapath.operator.s3.RequestClass;
import dev.datapath.operator.s3.Scope;
import dev.datapath.operator.s3.Subresources;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Classifies requests, before the look-up of the bucket. So a rule only needs routes in the classes that it concerns, and the cost
 * of a request does not grow with the number of rules.
 *
 * <p>If rules list actions, a request that does not have exactly the parameters of one shape has the class
 * {@link RequestClass#UNKNOWN}. Otherwise nothing depends on this class, and its expressions are omitted.
 */
final class RequestClassifier {

    private static final String PATH = ":path";
    private static final String UPLOAD = "uploadId";

    /** A copy source that every store accepts. MinIO does not decode {@code %2f} to a slash. */
    private static final Predicate COPIES = matches(Names.COPY_SOURCE, ".*(?:/|%2F).*");

    private static final Predicate MAY_COPY = matches(Names.COPY_SOURCE, ".*(?:/|%2[fF]).*");
    private static final Predicate FORM = matches("content-type", "(?i).*multipart/form-data.*");

    private final AddressStyle style;
    private final boolean byShape;

    /**
     * Classifies requests.
     *
     * @param byShape whether requests of unknown shape have their own class
     */
    RequestClassifier(AddressStyle style, boolean byShape) {
        this.style = style;
        this.byShape = byShape;
    }

    /**
     * An encoded {@link Matcher} that first evaluates the guards and then selects by class.
     *
     * @param guardsOfWrites guards that are only evaluated for requests that are not known to be reads
     * @param byClass an encoded {@link Matcher.OnMatch} for each class
     */
    Encoding dispatch(
            List<FieldMatcher> guards, List<FieldMatcher> guardsOfWrites, Function<RequestClass, Encoding> byClass) {
        var list = new ArrayList<Encoding>();
        list.add(first(guards));
        list.add(next(objectRead(), byClass.apply(RequestClass.OBJECT_READ)));
        list.add(next(metadataRead(), byClass.apply(RequestClass.METADATA_READ)));
        list.add(first(guardsOfWrites));
        list.add(next(byShape ? longWrite() : mayBeLongWrite(), byClass.apply(RequestClass.LONG_WRITE)));
        var write = byClass.apply(RequestClass.WRITE);
        if (byShape) {
            list.add(next(write(), write));
        }
        return Encoding.join(
                Encoding.join(list).field(Matcher.MATCHER_LIST_FIELD_NUMBER),
                (byShape ? byClass.apply(RequestClass.UNKNOWN) : write).field(Matcher.ON_NO_MATCH_FIELD_NUMBER));
    }

    private static Encoding first(List<FieldMatcher> guards) {
        return Encoding.of(
                Matcher.MatcherList.newBuilder().addAllMatchers(guards).build());
    }

    private static Encoding next(Predicate predicate, Encoding then) {
        return Encoding.join(
                        Encoding.of(predicate).field(FieldMatcher.PREDICATE_FIELD_NUMBER),
                        then.field(FieldMatcher.ON_MATCH_FIELD_NUMBER))
                .field(Matcher.MatcherList.MATCHERS_FIELD_NUMBER);
    }

    /** A matcher that selects by class; a class without matcher has no match. Empty when no class has a matcher. */
    Optional<Matcher.OnMatch> only(Function<RequestClass, Optional<Matcher.OnMatch>> byClass) {
        var rest = byClass.apply(RequestClass.UNKNOWN);
        var classes = new LinkedHashMap<RequestClass, Predicate>();
        classes.put(RequestClass.WRITE, write());
        classes.put(RequestClass.LONG_WRITE, longWrite());
        classes.put(RequestClass.METADATA_READ, metadataRead());
        classes.put(RequestClass.OBJECT_READ, objectRead());
        for (var known : classes.entrySet()) {
            var list = Matcher.MatcherList.newBuilder();
            byClass.apply(known.getKey()).ifPresent(then -> list.addMatchers(when(known.getValue(), then)));
            rest.ifPresent(then -> list.addMatchers(when(not(known.getValue()), then)));
            rest = list.getMatchersCount() == 0
                    ? Optional.empty()
                    : Optional.of(Predicates.nested(Matcher.newBuilder().setMatcherList(list)));
        }
        return rest;
    }

    private Predicate metadataRead() {
        return byShape ? and(Methods.isSafe(), not(moreThan(1, Subresources.ofReads()))) : Methods.isSafe();
    }

    /** HEAD of an object is HeadObject with any query, because its response has no body. */
    private Predicate objectRead() {
        return and(
                or(and(Methods.is("GET"), not(has(Subresources.ofObjectReads()))), Methods.is("HEAD")),
                target(Scope.OBJECT));
    }

    private static Predicate mayBeLongWrite() {
        return or(and(Methods.is("PUT"), MAY_COPY), and(Methods.is("POST"), has(Set.of(UPLOAD))));
    }

    private Predicate longWrite() {
        return or(
                and(Methods.is("PUT"), COPIES, target(Scope.OBJECT), or(plain(), part())),
                and(Methods.is("POST"), target(Scope.OBJECT), not(FORM), upload()));
    }

    private Predicate write() {
        return or(
                and(
                        Methods.is("PUT"),
                        not(MAY_COPY),
                        or(plainAddress(), single("PUT", Scope.OBJECT), single("PUT", Scope.BUCKET), part())),
                and(
                        Methods.is("DELETE"),
                        or(
                                plainAddress(),
                                single("DELETE", Scope.OBJECT),
                                single("DELETE", Scope.BUCKET),
                                and(target(Scope.OBJECT), upload()))),
                and(
                        Methods.is("POST"),
                        or(
                                and(target(Scope.BUCKET), or(plain(), and(one(Set.of("delete")), not(FORM)))),
                                and(
                                        target(Scope.OBJECT),
                                        not(FORM),
                                        or(
                                                one(Set.of("restore", "uploads")),
                                                and(
                                                        certainly(Set.of("select")),
                                                        withValue("select-type", "2"),
                                                        not(moreThan(2, Subresources.all()))))))));
    }

    /** A bucket or an object without a parameter that selects an action. */
    private Predicate plainAddress() {
        return and(or(target(Scope.OBJECT), target(Scope.BUCKET)), plain());
    }

    private static Predicate plain() {
        return not(has(Subresources.all()));
    }

    private Predicate single(String method, Scope scope) {
        var names = new TreeSet<>(Subresources.single(method, scope));
        names.remove(UPLOAD);
        return and(target(scope), one(names));
    }

    private static Predicate one(Set<String> names) {
        return and(certainly(names), not(moreThan(1, Subresources.all())));
    }

    /** An upload id as the only selecting parameter. Ceph treats an empty id as missing. */
    private static Predicate upload() {
        return and(withValue(UPLOAD, "[^&;]+"), not(moreThan(1, Subresources.all())));
    }

    /** A part of an upload. SeaweedFS stores an object when the part number is not a number. */
    private Predicate part() {
        return and(
                target(Scope.OBJECT),
                withValue("partNumber", "[0-9]+"),
                withValue(UPLOAD, "[^&;]+"),
                not(moreThan(2, Subresources.all())));
    }

    private Predicate target(Scope scope) {
        return matches(Names.TARGET_HEADER, style.target(scope));
    }

    private static Predicate has(Set<String> names) {
        return matches(PATH, QueryPattern.anyOf(names));
    }

    private static Predicate certainly(Set<String> names) {
        return matches(PATH, QueryPattern.certainly(names));
    }

    private static Predicate withValue(String name, String value) {
        return matches(PATH, QueryPattern.withValue(name, value));
    }

    private static Predicate moreThan(int count, Set<String> names) {
        return matches(PATH, QueryPattern.moreThan(count, names));
    }
}
