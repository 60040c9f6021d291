package dev.datapath.operator.compile;

import dev.datapath.operator.model.ConditionType;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.text.VisibleText;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects findings on one object or one of its fields. Creating one is cheap, because the path is only computed for a finding. */
final class Report {
    /**
     * Maximum number of findings on one object. A status shows fewer, and an object may contain a hundred thousand invalid values.
     */
    private static final int MAX_FINDINGS = 256;

    private final Collection<Finding> findings;
    private final ObjectRef object;
    private final @Nullable Report parent;
    private final String segment;
    private final int index;
    /** Used in the root only: the number of findings, and whether the finding on the limit was added. */
    private int reported;

    private boolean full;

    /** Of the root: conditions that an error has turned False. */
    private final Set<ConditionType> failed;

    private Report(Collection<Finding> findings, ObjectRef object, @Nullable Report parent, String segment, int index) {
        this.findings = findings;
        this.object = object;
        this.parent = parent;
        this.segment = segment;
        this.index = index;
        failed = parent == null ? EnumSet.noneOf(ConditionType.class) : parent.failed;
    }

    static Report on(ObjectRef object, Collection<Finding> findings) {
        return new Report(findings, object, null, "", -1);
    }

    /** A report for a field of this one. */
    Report field(String name) {
        return new Report(findings, object, this, name, -1);
    }

    /** A report for one entry of a list. */
    Report item(String list, int position) {
        return new Report(findings, object, this, list, position);
    }

    void error(Reason reason, String message) {
        add(Finding.Severity.ERROR, reason, message);
    }

    void warning(Reason reason, String message) {
        add(Finding.Severity.WARNING, reason, message);
    }

    private void add(Finding.Severity severity, Reason reason, String message) {
        var root = root();
        root.reported++;
        boolean error = severity == Finding.Severity.ERROR;
        // Status must not miss a condition that is False.
        boolean first = error && failed.add(reason.condition());
        if (root.reported <= MAX_FINDINGS || first) {
            findings.add(new Finding(object, severity, reason, path(), VisibleText.of(message)));
        } else if (error && !root.full) {
            root.full = true;
            findings.add(new Finding(
                    object,
                    severity,
                    reason,
                    "",
                    "more than " + MAX_FINDINGS
                            + " errors were found, and the others are not listed: fix the listed ones first"));
        }
    }

    private Report root() {
        var root = this;
        while (root.parent != null) {
            root = root.parent;
        }
        return root;
    }

    private String path() {
        if (parent == null) {
            return "";
        }
        var above = parent.path();
        return (above.isEmpty() ? "" : above + ".") + segment + (index < 0 ? "" : "[" + index + "]");
    }
}
