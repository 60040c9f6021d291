package dev.datapath.operator.status;

import dev.datapath.operator.model.ConditionType;
import dev.datapath.operator.model.Finding;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** Derives conditions from findings. */
final class Findings {
    private Findings() {}

    /** {@code Accepted} and {@code ResolvedRefs} of an object, or of a part of it, from its findings. */
    static List<ConditionDraft> conditions(Collection<Finding> findings, String what) {
        return List.of(
                draft(
                        findings,
                        ConditionType.Accepted,
                        ConditionName.Accepted,
                        AcceptedReason.Accepted,
                        sentence(what + " is valid.")),
                draft(
                        findings,
                        ConditionType.ResolvedRefs,
                        ConditionName.ResolvedRefs,
                        AcceptedReason.ResolvedRefs,
                        "All references of " + what + " are resolved."));
    }

    private static String sentence(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private static ConditionDraft draft(
            Collection<Finding> findings,
            ConditionType type,
            ConditionName name,
            AcceptedReason good,
            String goodMessage) {
        var relevant = findings.stream()
                .filter(finding -> finding.reason().condition() == type)
                .sorted()
                .toList();
        var errors = of(relevant, Finding.Severity.ERROR);
        if (!errors.isEmpty()) {
            return ConditionDraft.of(
                    name, ConditionStatus.False, errors.getFirst().reason(), joined(errors));
        }
        var warnings = of(relevant, Finding.Severity.WARNING);
        var message = warnings.isEmpty() ? goodMessage : goodMessage + " Warning: " + joined(warnings);
        return ConditionDraft.of(name, ConditionStatus.True, good, message);
    }

    /** The errors as one message. */
    static String errors(Collection<Finding> findings) {
        return joined(of(findings.stream().sorted().toList(), Finding.Severity.ERROR));
    }

    private static List<Finding> of(List<Finding> findings, Finding.Severity severity) {
        return findings.stream()
                .filter(finding -> finding.severity() == severity)
                .toList();
    }

    /** As many as fit: a user who fixes one error also wants to see the next. */
    private static String joined(List<Finding> findings) {
        var shown = findings.stream().limit(5).map(Findings::text);
        var rest = findings.size() > 5 ? Stream.of("and " + (findings.size() - 5) + " more") : Stream.<String>empty();
        return String.join("; ", Stream.concat(shown, rest).toList());
    }

    private static String text(Finding finding) {
        return finding.field().isEmpty() ? finding.message() : finding.field() + ": " + finding.message();
    }
}
