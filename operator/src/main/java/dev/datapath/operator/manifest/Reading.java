package dev.datapath.operator.manifest;

import dev.datapath.operator.admission.Violation;
import dev.datapath.operator.manifest.AdmittedObjects.InEffect;
import dev.datapath.operator.manifest.AdmittedObjects.Outcome;
import dev.datapath.operator.manifest.InForce.TakeOver;
import dev.datapath.operator.manifest.ManifestDocument.Identity;
import dev.datapath.operator.manifest.ManifestFile.Part;
import dev.datapath.operator.model.Finding.Severity;
import dev.datapath.operator.model.ObjectRef;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One reading of all files. An object in force keeps its place: another object of the same name replaces it only when
 * it is no longer in its file, that file is readable, and it may be deleted.
 */
final class Reading {
    /** How long a finding reports that a duplicate took over: users may have missed the error about the duplicate. */
    private static final Duration TAKE_OVER_SHOWN = Duration.ofHours(1);

    private final AdmittedObjects admitted;
    private final InForce before;
    private final Map<Path, ManifestFile> files;
    private final Instant now;

    private final Map<ObjectRef, Admitted<?>> objects = new LinkedHashMap<>();
    private final Map<ObjectRef, UnadmittedDeny> denies = new LinkedHashMap<>();
    private final Map<ObjectRef, Source> sources = new LinkedHashMap<>();
    private final List<ManifestDocument> documents = new ArrayList<>();
    private final List<LocatedFinding> findings = new ArrayList<>();
    private final Set<ManifestDocument> duplicates = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<ObjectRef, TakeOver> takeOvers = new HashMap<>();
    /** The first location of each object in this reading. */
    private final Map<ObjectRef, Source> seen = new HashMap<>();
    /** Objects in force that are still in their file, with their location. */
    private final Map<ObjectRef, Source> found = new HashMap<>();
    /** Objects in force that may be in unreadable content. */
    private final Map<ObjectRef, Source> unreadable = new LinkedHashMap<>();
    /** Objects in force that are in no file, and may not be deleted yet. */
    private final Map<ObjectRef, Source> held = new LinkedHashMap<>();

    Reading(AdmittedObjects admitted, InForce before, Map<Path, ManifestFile> files, Instant now) {
        this.admitted = admitted;
        this.before = before;
        this.files = files;
        this.now = now;
    }

    /**
     * Reads the objects of all files.
     *
     * @param unreadablePaths files and directories that cannot be read
     * @param mayGo whether an object that is in no file may be deleted; otherwise it is kept
     */
    void run(Set<Path> unreadablePaths, Predicate<ObjectRef> mayGo) {
        Set<Path> partly = new HashSet<>();
        files.forEach((path, file) -> {
            if (!file.isFullyIdentified()) {
                partly.add(path);
            }
        });
        files.values().forEach(file -> find(file, partly.contains(file.path())));
        before.sources().forEach((ref, source) -> {
            Path file = source.file();
            if (found.containsKey(ref)) {
                return;
            }
            if (files.containsKey(file) ? partly.contains(file) : isIn(unreadablePaths, file)) {
                unreadable.put(ref, source);
            } else if (mayBeHeld(ref) && !mayGo.test(ref)) {
                held.put(ref, source);
            }
        });
        files.values().forEach(this::add);
        unreadable.forEach(this::keepUnreadable);
        held.forEach(this::keep);
        admitted.retain(objects.keySet(), documents);
    }

    ManifestSet set() {
        return new ManifestSet(objects, List.copyOf(denies.values()), findings, List.copyOf(files.keySet()));
    }

    InForce inForce() {
        return new InForce(sources, denies, duplicates, takeOvers, false);
    }

    /** The objects that stay in force although they are in no file. */
    Set<ObjectRef> missing() {
        return held.keySet();
    }

    void report(SourceLocation location, @Nullable ObjectRef object, String field, String message) {
        findings.add(new LocatedFinding(location, Severity.ERROR, object, field, message));
    }

    private void find(ManifestFile file, boolean partly) {
        for (Part part : file.parts()) {
            for (ManifestDocument document : part.documents()) {
                Identity identity = document.identity();
                Source known = identity == null ? null : before.sources().get(identity.ref());
                // While a part of the file is unreadable, the object in force may be in that part, and this document is
                // its duplicate.
                if (known != null
                        && identity != null
                        && known.file().equals(file.path())
                        && !(partly && before.duplicates().contains(document))) {
                    found.putIfAbsent(identity.ref(), source(file, part, document));
                }
            }
        }
    }

    private static Source source(ManifestFile file, Part part, ManifestDocument document) {
        return new Source(file.path(), part.lineOffset(), document.positions());
    }

    private static boolean isIn(Set<Path> unreadablePaths, Path file) {
        for (Path path = file; path != null; path = path.getParent()) {
            if (unreadablePaths.contains(path)) {
                return true;
            }
        }
        return false;
    }

    /**
     * An object that was deleted while the program was not running is not started again. A policy is held nevertheless,
     * because no rule may be lost while its file is being replaced.
     */
    private boolean mayBeHeld(ObjectRef ref) {
        return !before.restored() || ref.kind().equals("RoutingPolicy");
    }

    private void add(ManifestFile file) {
        if (file.fault() != null) {
            ManifestFile.Fault fault = file.fault();
            report(new SourceLocation(file.path(), fault.line(), fault.column()), null, "", fault.message());
        }
        for (Part part : file.parts()) {
            for (ManifestDocument document : part.documents()) {
                documents.add(document);
                reportFaults(document, file.path(), part.lineOffset());
                if (document.identity() != null) {
                    add(document, document.identity(), source(file, part, document));
                }
            }
        }
    }

    private void reportFaults(ManifestDocument document, Path file, int lineOffset) {
        ObjectRef ref = document.identity() == null ? null : document.identity().ref();
        for (YamlDocument.Fault fault : document.faults()) {
            report(
                    new SourceLocation(file, lineOffset + fault.line(), fault.column()),
                    ref,
                    fault.field(),
                    fault.message());
        }
    }

    private void add(ManifestDocument document, Identity identity, Source source) {
        ObjectRef ref = identity.ref();
        if (held.containsKey(ref)) {
            // One of two things follows soon: the object in force reappears, or this document replaces it.
            if (before.duplicates().contains(document)) {
                duplicates.add(document);
            }
            return;
        }
        Source first = inForceElsewhere(ref, source);
        if (first == null) {
            first = seen.putIfAbsent(ref, source);
        }
        if (first != null) {
            duplicates.add(document);
            report(
                    source.location(),
                    ref,
                    "",
                    "is already defined at " + first.location() + ", which is in effect; remove or rename one of them");
            return;
        }
        apply(document, identity, source);
    }

    private @Nullable Source inForceElsewhere(ObjectRef ref, Source source) {
        Source place = found.get(ref);
        return place == null ? unreadable.get(ref) : place.file().equals(source.file()) ? null : place;
    }

    private void apply(ManifestDocument document, Identity identity, Source source) {
        ObjectRef ref = identity.ref();
        InEffect old = admitted.find(ref);
        Outcome outcome = admitted.apply(document, identity);
        for (Violation violation : outcome.violations()) {
            report(source.location(violation.path()), ref, violation.path().toString(), violation.message());
        }
        if (outcome.deny() != null) {
            denies.put(ref, outcome.deny());
            sources.put(ref, source);
            warn(
                    source.location(),
                    ref,
                    "is not applied until the errors are corrected, except for its deny rules: these are in force without"
                            + " the conditions that cannot be read");
        }
        InEffect inEffect = outcome.inEffect();
        if (inEffect == null) {
            return;
        }
        if (inEffect.document() == document) {
            use(ref, inEffect, source);
            boolean isOther = old == null || old.object() != inEffect.object();
            tellOfTakeOver(ref, document, source, isOther);
        } else {
            Source place = before.sources().getOrDefault(ref, source);
            use(ref, inEffect, place.file().equals(source.file()) ? place : source);
            warnKept(source.location(), ref, inEffect, "is not applied until the errors are corrected");
        }
    }

    private void tellOfTakeOver(ObjectRef ref, ManifestDocument document, Source source, boolean isOther) {
        Source place = before.sources().get(ref);
        TakeOver known = before.takeOvers().get(ref);
        TakeOver takeOver = place != null && isOther && before.duplicates().contains(document)
                ? new TakeOver(document, place.location(), now)
                : known;
        if (takeOver != null
                && takeOver.document() == document
                && now.isBefore(takeOver.since().plus(TAKE_OVER_SHOWN))) {
            takeOvers.put(ref, takeOver);
            warn(
                    source.location(),
                    ref,
                    "replaced the object at " + takeOver.before() + ", which was deleted at "
                            + takeOver.since().truncatedTo(ChronoUnit.SECONDS)
                            + "; check that this is intended (this warning ends after one hour)");
        }
    }

    private void keepUnreadable(ObjectRef ref, Source source) {
        keep(ref, source);
        InEffect inEffect = admitted.find(ref);
        var location = new SourceLocation(source.file(), 0, 0);
        var why = "cannot be found, because a part of this file is unreadable";
        if (inEffect == null) {
            warn(location, ref, why + "; its deny rules stay in force");
        } else {
            warnKept(location, ref, inEffect, why);
        }
    }

    private void keep(ObjectRef ref, Source source) {
        InEffect inEffect = admitted.find(ref);
        UnadmittedDeny deny = before.denies().get(ref);
        if (inEffect != null) {
            use(ref, inEffect, source);
        } else if (deny != null) {
            denies.put(ref, deny);
            sources.put(ref, source);
        }
    }

    private void use(ObjectRef ref, InEffect inEffect, Source source) {
        objects.put(ref, new Admitted<>(inEffect.object(), source));
        sources.put(ref, source);
    }

    private void warnKept(SourceLocation location, ObjectRef ref, InEffect inEffect, String why) {
        warn(
                location,
                ref,
                why + "; until then the version of " + inEffect.since().truncatedTo(ChronoUnit.SECONDS)
                        + " stays in effect");
    }

    private void warn(SourceLocation location, ObjectRef ref, String message) {
        findings.add(new LocatedFinding(location, Severity.WARNING, ref, "", message));
    }
}
