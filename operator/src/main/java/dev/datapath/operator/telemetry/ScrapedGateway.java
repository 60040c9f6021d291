package dev.datapath.operator.telemetry;

/**
 * A gateway to scrape.
 *
 * @param name the gateway's name in its reports
 * @param endpoint where one process of the gateway answers; another process has an endpoint that is not equal
 */
public record ScrapedGateway<E>(String name, E endpoint) {}
