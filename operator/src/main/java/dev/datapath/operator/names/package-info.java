/** Looks up host names for all namespaces, so that none of them can keep the others waiting. */
@NullMarked
package dev.datapath.operator.names;

import org.jspecify.annotations.NullMarked;
