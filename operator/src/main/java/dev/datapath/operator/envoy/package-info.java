/** From a gateway plan to the messages that Envoy understands: pure, and the only place that knows Envoy's settings. */
@NullMarked
package dev.datapath.operator.envoy;

import org.jspecify.annotations.NullMarked;
