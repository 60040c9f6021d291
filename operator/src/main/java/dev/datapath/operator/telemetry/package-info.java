/**
 * Scrapes gateways and keeps their latest reports, in a cluster and on one machine alike. {@link
 * dev.datapath.operator.telemetry.Scraper} is the port to a gateway; each way to run has its adapter.
 */
@NullMarked
package dev.datapath.operator.telemetry;

import org.jspecify.annotations.NullMarked;
