package dev.datapath.operator.plan;

/**
 * CA certificates.
 *
 * @param id stable name, from the objects they come from
 * @param pem one or more certificates
 */
public record TrustBundle(String id, String pem) {}
