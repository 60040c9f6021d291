/** Text: makes user-provided text safe for a terminal, a log and an event; digests. */
@NullMarked
package dev.datapath.operator.text;

import org.jspecify.annotations.NullMarked;
