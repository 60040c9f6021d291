package dev.datapath.operator.xds;

import com.google.protobuf.Any;
import java.time.Instant;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One response of a stream.
 *
 * @param version the version of what the gateway holds once it has accepted this
 * @param content the resources in the response; for types asked for by name only those that changed
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

    /** The resources as they are sent. */
    Stream<Any> resources() {
        return content.stream()
                .map(resource ->
                        marked.contains(resource.name()) ? SecretMark.on(resource.any(), mark) : resource.any());
    }
}
