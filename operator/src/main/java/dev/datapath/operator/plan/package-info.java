/**
 * The desired configuration of a gateway fleet, in S3 and load-balancing terms: immutable values without any Envoy or
 * Kubernetes type, created by {@code compile} and read by the renderers.
 */
@NullMarked
package dev.datapath.operator.plan;

import org.jspecify.annotations.NullMarked;
