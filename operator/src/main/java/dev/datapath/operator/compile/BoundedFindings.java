package dev.datapath.operator.compile;

import dev.datapath.operator.model.ConditionType;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.model.Reason;
import java.util.AbstractCollection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The findings of one compilation, without repetition and bounded in memory. Small objects can cause many findings: a policy that names an
 * unknown listener 256 times has that many at each of its DataPaths.
 *
 * <p>Errors are kept before warnings. The first error of each object and condition is always kept, so that no condition in status is True
 * by mistake. The result does not depend on the order in which findings are added.
 */
final class BoundedFindings extends AbstractCollection<Finding> {
    /** Bound of fields and messages together, in UTF-16 code units; the first errors of objects do not count. */
    static final int MOST_CHARACTERS = 128 << 10;

    private static final Comparator<Finding> IMPORTANCE =
            Comparator.comparing(Finding::severity).thenComparing(Comparator.naturalOrder());

    private final Map<Cause, Finding> causes = new HashMap<>();
    private final TreeSet<Finding> others = new TreeSet<>(IMPORTANCE);
    private int characters;
    private @Nullable Finding firstLeftOut;
    private int leftOut;

    /** A condition that errors turn False. */
    private record Cause(ObjectRef object, ConditionType condition) {}

    @Override
    public boolean add(Finding finding) {
        if (finding.severity() != Finding.Severity.ERROR) {
            return addOther(finding);
        }
        var cause = new Cause(finding.object(), finding.reason().condition());
        var known = causes.get(cause);
        if (known != null && known.compareTo(finding) <= 0) {
            return known.compareTo(finding) < 0 && addOther(finding);
        }
        causes.put(cause, finding);
        if (known != null) {
            addOther(known);
        }
        return true;
    }

    private boolean addOther(Finding finding) {
        if (firstLeftOut != null && IMPORTANCE.compare(finding, firstLeftOut) >= 0) {
            leftOut++;
            return false;
        }
        if (!others.add(finding)) {
            return false;
        }
        characters += characters(finding);
        while (characters > MOST_CHARACTERS) {
            firstLeftOut = others.removeLast();
            characters -= characters(firstLeftOut);
            leftOut++;
        }
        return true;
    }

    private static int characters(Finding finding) {
        return finding.field().length() + finding.message().length();
    }

    @Override
    public Iterator<Finding> iterator() {
        return Stream.concat(causes.values().stream(), others.stream()).iterator();
    }

    @Override
    public int size() {
        return causes.size() + others.size();
    }

    /**
     * The findings, sorted, with one that says how many others there are.
     *
     * @param dataPath the object of that one
     */
    List<Finding> listed(ObjectRef dataPath) {
        var rest = leftOut == 0
                ? Stream.<Finding>empty()
                : Stream.of(new Finding(
                        dataPath,
                        Finding.Severity.WARNING,
                        Reason.Incomplete,
                        "",
                        leftOut
                                + " other findings are not listed, because there are too many about this DataPath and"
                                + " the objects that it uses: correct those that are listed"));
        return Stream.concat(stream(), rest).sorted().toList();
    }
}
