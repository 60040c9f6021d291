/** Resolves host names for all namespaces. No namespace can delay another. */
@NullMarked
package dev.datapath.operator.names;

import org.jspecify.annotations.NullMarked;
