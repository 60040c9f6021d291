package dev.datapath.operator.tls;

/** A certificate, key or CA certificate that cannot be used. The message continues "X cannot be used: ". */
public final class UnusableMaterial extends Exception {
    private static final long serialVersionUID = 1L;

    public UnusableMaterial(String message) {
        super(message, null, false, false);
    }

    public static UnusableMaterial encryptedKey() {
        return new UnusableMaterial("its private key is encrypted: store the key without a passphrase");
    }

    /** The error. */
    public String problem() {
        return String.valueOf(getMessage());
    }
}
