package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.RoutingRule;
import dev.datapath.api.v1alpha1.RoutingRule.Permission;
import dev.datapath.api.v1alpha1.S3ErrorCode;
import dev.datapath.operator.plan.CredentialCondition;
import dev.datapath.operator.plan.RulePlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a rule denies by the credentials of its requests. Each denial is a deny of its own, before the rule: it takes every spelling
 * that some store takes for one of the rule's requests, where the rule itself takes the literal one only.
 */
final class AuthenticationCompiler {
    private static final Duration MOST_EXPIRY = Duration.ofHours(168);

    /**
     * One denial.
     *
     * @param name of it, which no rule can have; it ends the id of the deny in logs and metrics
     * @param condition which requests are denied
     */
    record Denial(String name, CredentialCondition condition) {

        /** The denial as the rule of that id. */
        RulePlan plan(String id) {
            return new RulePlan(
                    id,
                    new RulePlan.Deny(S3ErrorCode.AccessDenied.name(), S3ErrorCode.AccessDenied.httpStatus()),
                    new RulePlan.Timeouts(null, null),
                    RuleCompiler.DEFAULT_RETRY,
                    null,
                    null);
        }
    }

    private AuthenticationCompiler() {}

    /** The denials of a rule, which may have none. */
    static List<Denial> denials(RoutingRule.@Nullable Authentication authentication, Report at) {
        var denials = new ArrayList<Denial>();
        if (authentication == null) {
            return denials;
        }
        if (authentication.anonymous() == Permission.Deny) {
            denials.add(new Denial("anonymous", new CredentialCondition.Anonymous()));
        }
        if (authentication.presigned() != null) {
            presigned(authentication.presigned(), at.field("presigned"))
                    .ifPresent(condition -> denials.add(new Denial("presigned", condition)));
        }
        return denials;
    }

    private static Optional<CredentialCondition> presigned(RoutingRule.Presigned presigned, Report at) {
        if (presigned.mode() == Permission.Deny) {
            return Optional.of(new CredentialCondition.Presigned());
        }
        if (presigned.maxExpiry() == null) {
            return Optional.empty();
        }
        var most = Bounds.optionalDuration(
                at.field("maxExpiry"),
                presigned.maxExpiry(),
                Duration.ofSeconds(1),
                MOST_EXPIRY,
                "1h",
                "until then every presigned request is denied");
        // A rest below a second would deny more than is written: the query counts whole seconds.
        return Optional.of(most.<CredentialCondition>map(CredentialCondition.PresignedLongerThan::new)
                .orElseGet(CredentialCondition.Presigned::new));
    }
}
