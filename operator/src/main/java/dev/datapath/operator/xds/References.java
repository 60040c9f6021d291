package dev.datapath.operator.xds;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds which of some clusters a listener or route names. Envoy names clusters in many messages (routes, mirrors, access
 * logs, filters) and below any number of {@code Any}; so this looks at every string of the serialised resource. A string
 * that equals a cluster's name by chance keeps that cluster longer than needed, which does no harm.
 */
final class References {
    private List<Resource> lastResources = List.of();
    private Set<String> lastCandidates = Set.of();
    private Set<String> lastFound = Set.of();

    /** Returns those of the candidates that any of the resources names. The last answer is kept. */
    Set<String> find(List<Resource> resources, Set<String> candidates) {
        if (candidates.isEmpty() || resources.isEmpty()) {
            return Set.of();
        }
        if (!candidates.equals(lastCandidates) || !resources.equals(lastResources)) {
            var wanted = new HashMap<ByteString, String>();
            candidates.forEach(name -> wanted.put(ByteString.copyFromUtf8(name), name));
            var found = new HashSet<String>();
            for (var resource : resources) {
                walk(resource.any().getValue(), wanted, found);
            }
            lastResources = resources;
            lastCandidates = Set.copyOf(candidates);
            lastFound = found;
        }
        return lastFound;
    }

    /** Reads bytes as a message and each of its length-delimited fields as a string and as a message in turn. */
    private static void walk(ByteString bytes, Map<ByteString, String> wanted, Set<String> found) {
        var in = bytes.newCodedInput();
        try {
            while (found.size() < wanted.size()) {
                int tag = in.readTag();
                if (tag == 0) {
                    return;
                }
                if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                    visit(in, wanted, found);
                } else if (!in.skipField(tag)) {
                    return;
                }
            }
        } catch (IOException e) {
            return; // was a string, not a message
        }
    }

    private static void visit(CodedInputStream in, Map<ByteString, String> wanted, Set<String> found)
            throws IOException {
        var field = in.readBytes();
        var name = wanted.get(field);
        if (name != null) {
            found.add(name);
        } else if (!field.isEmpty()) {
            walk(field, wanted, found);
        }
    }
}
