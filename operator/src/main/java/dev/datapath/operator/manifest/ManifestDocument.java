package dev.datapath.operator.manifest;

import dev.datapath.operator.admission.FieldPath;
import dev.datapath.operator.admission.ResourceKind;
import dev.datapath.operator.manifest.YamlDocument.Fault;
import dev.datapath.operator.model.ObjectRef;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One object of a file as written, before admission.
 *
 * @param identity its identity; null when the text does not specify it
 * @param fields the tree as written; must not be changed
 * @param positions locations of its parts
 * @param faults why it cannot be admitted as written
 */
record ManifestDocument(
        @Nullable Identity identity, Map<String, Object> fields, Positions positions, List<Fault> faults) {

    /** The identity of an object, from its apiVersion, kind and metadata. */
    record Identity(ResourceKind kind, ObjectRef ref) {}

    static ManifestDocument unidentified(Positions positions, List<Fault> faults) {
        return new ManifestDocument(null, Map.of(), positions, faults);
    }

    static ManifestDocument unidentified(Positions positions, FieldPath field, String message) {
        return unidentified(positions, List.of(Fault.inField(positions, field, message)));
    }
}
