/**
 * Real parts on loopback for the demo, the benchmarks and the tests: S3 server processes, links that fail on command, a scripted
 * node that records bytes, a raw HTTP client and certificates. Nothing here knows how the gateway works inside.
 */
@NullMarked
package dev.datapath.e2e.rig;

import org.jspecify.annotations.NullMarked;
