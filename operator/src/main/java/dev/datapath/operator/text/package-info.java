/** Text: that of users made fit for a terminal, a log and an event, and digests. */
@NullMarked
package dev.datapath.operator.text;

import org.jspecify.annotations.NullMarked;
