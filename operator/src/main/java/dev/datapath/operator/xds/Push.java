package dev.datapath.operator.xds;

import java.time.Instant;
import java.util.Collection;

/**
 * One response of a stream.
 *
 * @param version the version of what the gateway holds once it has accepted this
 * @param content the resources in the response; for types asked for by name only those that changed
 */
record Push(ResourceType type, String version, String nonce, Collection<Resource> content, Instant at) {}
