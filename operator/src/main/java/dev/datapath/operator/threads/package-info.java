/** Background work: threads, timers, recurring tasks, coalesced bursts of changes. */
@NullMarked
package dev.datapath.operator.threads;

import org.jspecify.annotations.NullMarked;
