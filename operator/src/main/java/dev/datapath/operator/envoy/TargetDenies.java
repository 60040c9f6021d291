package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import dev.datapath.operator.s3.RequestClass;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Denies by the target of a request, interpreted in the address style that a store may assume. */
final class TargetDenies {
    private final AddressStyle style;
    private final Map<String, RulePlan> rules;
    private final boolean byOperation;

    /**
     * @param style the assumed address style; with {@link AddressStyle#HOST} the target is a key of a known bucket
     * @param byOperation whether matches list operations
     */
    TargetDenies(AddressStyle style, Map<String, RulePlan> rules, boolean byOperation) {
        this.style = style;
        this.rules = rules;
        this.byOperation = byOperation;
    }

    /** A matcher that answers denied requests; no match for other requests. Empty when no rule denies. */
    Optional<Matcher.OnMatch> of(List<MatchPlan> matches) {
        var operations = new OperationConditions(style);
        if (!byOperation) {
            return denied(matches, new Target(style, operations, null));
        }
        var byHeader = new HeaderActionDenies(style, "", matches, rules).render();
        var byClass = new RequestClassifier(style, true)
                .only(requestClass -> denied(matches, new Target(style, operations, requestClass)));
        if (byHeader.isEmpty()) {
            return byClass;
        }
        var list = Matcher.newBuilder()
                .setMatcherList(Matcher.MatcherList.newBuilder().addAllMatchers(byHeader));
        byClass.ifPresent(list::setOnNoMatch);
        return Optional.of(Predicates.nested(list));
    }

    private Optional<Matcher.OnMatch> denied(List<MatchPlan> matches, Target target) {
        var denied = new DeniedAddresses(target, matches, rules);
        return denied.denies().isEmpty() ? Optional.empty() : Optional.of(denied.after(List.of()));
    }

    /** With a class, only the conditions of matches for requests of the class. */
    private record Target(
            AddressStyle style,
            OperationConditions operations,
            @Nullable RequestClass requestClass) implements DeniedAddresses.Address {
        @Override
        public String header() {
            return Names.TARGET_HEADER;
        }

        @Override
        public List<String> leads() {
            return List.of("/");
        }

        @Override
        public String bucket(BucketMatch bucket) {
            return style == AddressStyle.HOST ? "" : DeniedAddresses.Address.super.bucket(bucket);
        }

        @Override
        public boolean anyValue() {
            return true;
        }

        @Override
        public Optional<FieldMatcher> guard(BucketMatch bucket, List<MatchPlan> matches, List<MatchPlan> denies) {
            return style == AddressStyle.PATH
                            || denies.stream()
                                    .allMatch(match -> match.keyPrefix().isEmpty())
                    ? Optional.empty()
                    : Optional.of(Guards.ofKeys());
        }

        @Override
        public Optional<Predicate> keyInBody() {
            return Optional.of(Snowball.uploads());
        }

        @Override
        public List<List<Predicate>> conditions(MatchPlan match, boolean denies) {
            return requestClass == null
                    ? List.of(List.of())
                    : operations.alternatives(match.operations(), requestClass, denies).stream()
                            .map(alternative ->
                                    alternative.stream().map(Predicates::of).toList())
                            .toList();
        }
    }
}
