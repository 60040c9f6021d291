/** Renders a gateway plan as Envoy messages. This package is pure, and the only one that knows Envoy's settings. */
@NullMarked
package dev.datapath.operator.envoy;

import org.jspecify.annotations.NullMarked;
