package dev.datapath.operator.plan;

import dev.datapath.operator.text.Sha256;

/**
 * A certificate with its private key, verified to belong together.
 *
 * @param id stable name, from the Secret it comes from
 * @param chainPem the certificate first, then its issuers
 * @param privateKeyPem never logged; the text form shows its digest
 */
public record Certificate(String id, String chainPem, String privateKeyPem) {

    @Override
    public String toString() {
        return "Certificate[id=" + id + ", chainPem=" + chainPem + ", privateKey=sha256:"
                + Sha256.hex(privateKeyPem, 32) + "]";
    }
}
