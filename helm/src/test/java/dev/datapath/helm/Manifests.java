package dev.datapath.helm;

import java.util.List;

/**
 * What Helm would apply.
 *
 * @param text all objects, as YAML documents
 */
record Manifests(String text) {

    List<Node> objects() {
        return Chart.documents(text).map(Node::of).filter(Node::exists).toList();
    }

    List<Node> ofKind(String kind) {
        return objects().stream()
                .filter(object -> object.at("kind").text().equals(kind))
                .toList();
    }

    /** The one object of that kind. */
    Node only(String kind) {
        var found = ofKind(kind);
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " objects of kind " + kind);
        }
        return found.getFirst();
    }
}
