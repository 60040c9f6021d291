package dev.datapath.operator.telemetry;

/**
 * A gateway to scrape.
 *
 * @param name the gateway's name in its reports
 * @param endpoint address of one process of the gateway; the endpoints of two processes are not equal
 */
public record ScrapedGateway<E>(String name, E endpoint) {}
