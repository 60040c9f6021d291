/** The {@code datapath} command. */
@NullMarked
package dev.datapath.operator.cli;

import org.jspecify.annotations.NullMarked;
