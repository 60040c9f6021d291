/** Work that goes on in the background: threads, timers, tasks that run again, storms of changes that are told once. */
@NullMarked
package dev.datapath.operator.threads;

import org.jspecify.annotations.NullMarked;
