/** What the product costs and how fast it is, measured beside others on the same machine in the same run ({@code make bench}). */
@NullMarked
package dev.datapath.e2e.bench;

import org.jspecify.annotations.NullMarked;
