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

/** Takes findings about one object or one of its fields. Cheap to make: paths are only written when there is a finding. */
final class Report {
    /** Of one object; a status shows fewer, and an object may hold a hundred thousand values that are wrong. */
    private static final int MOST = 256;

    private final Collection<Finding> findings;
    private final ObjectRef object;
    private final @Nullable Report parent;
    private final String segment;
    private final int index;
    /** Of the root: how much was reported, and whether it was reported that there is more. */
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

    /** About a field of this one. */
    Report field(String name) {
        return new Report(findings, object, this, name, -1);
    }

    /** About one entry of a list. */
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
        if (root.reported <= MOST || first) {
            findings.add(new Finding(object, severity, reason, path(), VisibleText.of(message)));
        } else if (error && !root.full) {
            root.full = true;
            findings.add(new Finding(
                    object,
                    severity,
                    reason,
                    "",
                    "more than " + MOST
                            + " things are wrong with it, and the others are not listed: correct the first ones"));
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
