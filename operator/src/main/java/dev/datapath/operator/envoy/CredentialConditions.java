package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import dev.datapath.operator.plan.CredentialCondition;
import dev.datapath.operator.plan.CredentialCondition.AccessKeys;
import dev.datapath.operator.plan.CredentialCondition.Anonymous;
import dev.datapath.operator.plan.CredentialCondition.Presigned;
import dev.datapath.operator.plan.CredentialCondition.PresignedLongerThan;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Conditions on the credentials of a request, where {@link CredentialGuards} let pass only requests that show at most one set of them, in
 * the literal spelling.
 *
 * <p>A form upload (PostObject) shows its credentials in its body, which a gateway does not read: each rule that denies takes it, and no
 * rule that forwards does.
 */
final class CredentialConditions {

    /** The header of credentials. */
    static final String AUTHORIZATION = "authorization";

    private static final String PARAMETER = "(?:SignedHeaders|Signature)=[^,\\s]+";

    /** Date, region, service and terminator (AWS, Signature Version 4); Version 4A has no region. */
    private static final String SCOPE = "/[0-9]{8}(?:/[^/,\\s]*){2,3}";

    private static final String ANY_SCOPE = "(?:/[^,\\s]*)?";

    private static final String KEY = "[^,:\\s]+";

    /** A browser sends it before a request that it may sign, and cannot sign it. */
    private static final String PREFLIGHT = "OPTIONS .+";

    private CredentialConditions() {}

    /**
     * Alternatives, each a list of conditions that must all hold.
     *
     * @param wanted all of these
     */
    static List<List<HeaderMatcher>> alternatives(List<CredentialCondition> wanted, boolean denies) {
        List<List<HeaderMatcher>> all = List.of(List.of());
        for (var condition : wanted) {
            var next = new ArrayList<List<HeaderMatcher>>();
            for (var before : all) {
                for (var alternative : alternatives(condition, denies)) {
                    var both = new ArrayList<>(before);
                    both.addAll(alternative);
                    next.add(both);
                }
            }
            all = next;
        }
        return all;
    }

    /** The same as one condition. */
    static Predicate predicate(List<CredentialCondition> wanted, boolean denies) {
        return Predicates.any(alternatives(wanted, denies).stream()
                .map(all -> Predicates.all(all.stream().map(Predicates::of).toList()))
                .toList());
    }

    private static List<List<HeaderMatcher>> alternatives(CredentialCondition wanted, boolean denies) {
        var alternatives = new ArrayList<List<HeaderMatcher>>();
        switch (wanted) {
            case AccessKeys(var ids) -> {
                var header =
                        OperationConditions.regex(AUTHORIZATION, signedBy(literals(ids), denies ? ANY_SCOPE : SCOPE));
                var query = path(SignedQuery.by(ids, denies));
                if (denies) {
                    alternatives.add(List.of(header));
                    alternatives.add(List.of(query));
                } else {
                    for (var noForm : List.of(OperationConditions.not(Methods.condition("POST")), noFormData())) {
                        alternatives.add(List.of(header, noForm));
                        alternatives.add(List.of(query, noForm));
                    }
                }
            }
            case Anonymous() ->
                alternatives.add(List.of(
                        otherThan(OperationConditions.regex(AUTHORIZATION, signed())),
                        // VersityGW, which knows Version 4 only, takes the others for anonymous.
                        OperationConditions.not(path(SignedQuery.ofVersion4())),
                        OperationConditions.not(OperationConditions.regex(Names.METHOD_HEADER, PREFLIGHT))));
            case Presigned() -> alternatives.add(List.of(path(SignedQuery.any())));
            case PresignedLongerThan(var most) ->
                alternatives.add(List.of(
                        path(SignedQuery.any()),
                        OperationConditions.not(path(SignedQuery.validFor(most.toSeconds())))));
        }
        if (denies) {
            alternatives.add(form());
        }
        return alternatives;
    }

    /** A form, whatever its spelling: stores compare the beginning of the type, or look for its name. */
    private static List<HeaderMatcher> form() {
        return List.of(Methods.condition("POST"), formData());
    }

    private static HeaderMatcher formData() {
        return OperationConditions.regex(
                "content-type", "(?i)" + HeaderValues.ANYTHING + "form-data" + HeaderValues.ANYTHING);
    }

    private static HeaderMatcher noFormData() {
        return otherThan(formData());
    }

    /** Without the header, too: a route's inverted condition does not hold for a header that is missing, unless it counts as empty. */
    private static HeaderMatcher otherThan(HeaderMatcher condition) {
        return condition.toBuilder()
                .setInvertMatch(true)
                .setTreatMissingHeaderAsEmpty(true)
                .build();
    }

    /**
     * An Authorization header that is signed with one of these keys: the literal form of Signature Version 4, whose parameters stores
     * take in any order, or of Version 2.
     *
     * @param keys an expression
     * @param scope an expression for what follows the key in Version 4
     */
    private static String signedBy(String keys, String scope) {
        return "AWS4-[A-Z0-9-]+ +(?:" + PARAMETER + " *, *)*Credential=(?:" + keys + ")" + scope + "(?: *, *"
                + PARAMETER + ")* *|AWS +(?:" + keys + "):[A-Za-z0-9+/=]+ *";
    }

    /** Any of the literal forms. */
    static String signed() {
        return signedBy(KEY, SCOPE);
    }

    private static HeaderMatcher path(String regex) {
        return OperationConditions.regex(":path", regex);
    }

    private static String literals(Collection<String> ids) {
        return ids.stream()
                .map(id -> id.chars().mapToObj(KeyPattern::literal).collect(Collectors.joining()))
                .collect(Collectors.joining("|"));
    }
}
