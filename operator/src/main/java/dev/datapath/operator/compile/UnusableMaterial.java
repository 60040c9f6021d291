package dev.datapath.operator.compile;

/** A certificate, key or authority that cannot be used; the message continues "X cannot be used: ". */
final class UnusableMaterial extends Exception {
    private static final long serialVersionUID = 1L;

    UnusableMaterial(String message) {
        super(message, null, false, false);
    }

    static UnusableMaterial encryptedKey() {
        return new UnusableMaterial("its private key is encrypted: store the key without a passphrase");
    }

    /** What is wrong. */
    String problem() {
        return String.valueOf(getMessage());
    }
}
