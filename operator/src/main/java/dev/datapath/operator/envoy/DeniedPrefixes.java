package dev.datapath.operator.envoy;

import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Normalizes key prefixes of deny rules. Stores that keep objects as files, such as SeaweedFS, merge repeated slashes, skip leading
 * slashes, and treat a backslash as a slash. So the normalized key is denied, in all of its spellings.
 */
final class DeniedPrefixes {

    private static final Pattern REPEATED_SLASHES = Pattern.compile("^/+|(?<=/)/+");

    private DeniedPrefixes() {}

    /** The listener with normalized prefixes in denies, and with matches {@link #afterDenies reordered} accordingly. */
    static ListenerPlan shortened(ListenerPlan listener, Map<String, RulePlan> rules) {
        var matches = afterDenies(
                listener.matches().stream()
                        .map(match -> denies(match, rules) ? shortened(match) : match)
                        .toList(),
                rules);
        return matches.equals(listener.matches())
                ? listener
                : new ListenerPlan(
                        listener.name(),
                        listener.port(),
                        listener.baseDomains(),
                        listener.hostnames(),
                        listener.tls(),
                        matches,
                        listener.defaultBackend());
    }

    /**
     * Moves a rule that forwards {@code pri//vate/} behind the denies of the same bucket for {@code pri/vate/} and for longer
     * prefixes. It has the longer text, but some stores treat both as the same key, so the deny must win.
     */
    private static List<MatchPlan> afterDenies(List<MatchPlan> matches, Map<String, RulePlan> rules) {
        var ordered = new ArrayList<>(matches);
        for (int i = matches.size() - 1; i >= 0; i--) {
            var match = matches.get(i);
            var remains = withSingleSlashes(match.keyPrefix());
            if (remains.equals(match.keyPrefix()) || denies(match, rules)) {
                continue;
            }
            for (int last = ordered.size() - 1; last > i; last--) {
                var other = ordered.get(last);
                if (other.bucket().equals(match.bucket())
                        && other.keyPrefix().startsWith(remains)
                        && denies(other, rules)) {
                    ordered.add(last, ordered.remove(i));
                    break;
                }
            }
        }
        return ordered;
    }

    private static boolean denies(MatchPlan match, Map<String, RulePlan> rules) {
        var rule = rules.get(match.rule());
        return rule != null && rule.action() instanceof RulePlan.Deny;
    }

    private static MatchPlan shortened(MatchPlan match) {
        var prefix = withSingleSlashes(match.keyPrefix());
        // A prefix of slashes only would become empty and match the whole bucket.
        return prefix.isEmpty() || prefix.equals(match.keyPrefix()) ? match : match.withKeyPrefix(prefix);
    }

    /** The normalized key. Called for every two prefixes of a bucket, of which few have repeated slashes. */
    static String withSingleSlashes(String prefix) {
        var slashes = prefix.replace('\\', '/');
        return slashes.startsWith("/") || slashes.contains("//")
                ? REPEATED_SLASHES.matcher(slashes).replaceAll("")
                : slashes;
    }
}
