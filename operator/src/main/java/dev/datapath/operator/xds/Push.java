package dev.datapath.operator.xds;

import com.google.protobuf.Any;
import java.time.Instant;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One response of a stream.
 *
 * @param version the version of the gateway's content after it has accepted this response
 * @param content the resources in the response; for types that are requested by name only the changed ones
 * @param marked the names of those resources that are sent with a {@link SecretMark}
 */
record Push(
        ResourceType type,
        String version,
        String nonce,
        Collection<Resource> content,
        Set<String> marked,
        String mark,
        Instant at) {

    /** The resources in the form in which they are sent. */
    Stream<Any> resources() {
        return content.stream()
                .map(resource ->
                        marked.contains(resource.name()) ? SecretMark.on(resource.any(), mark) : resource.any());
    }
}
