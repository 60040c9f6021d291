/**
 * The reconciliation of a DataPath, independent of the environment. One object contains all state of a DataPath, from its inputs to
 * the acknowledged configuration. Its plan is compiled, rendered and published here. The source of objects, the gateways and the
 * status writers are behind ports or in other packages.
 */
@NullMarked
package dev.datapath.operator.engine;

import org.jspecify.annotations.NullMarked;
