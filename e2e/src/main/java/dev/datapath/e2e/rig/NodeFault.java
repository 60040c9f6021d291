package dev.datapath.e2e.rig;

/** A way in which a store node fails. Unless it says otherwise, health checks meet the same fault as clients' requests. */
public enum NodeFault {
    /** The port is closed: connections are refused. */
    REFUSES("refuses connections"),
    /** Packets vanish: connections are never answered. */
    DROPS("drops packets (black hole)"),
    /** Connections open, and nothing is ever answered, as after SIGSTOP. */
    SILENT("accepts and is silent"),
    /** Every request is answered with RST; health checks pass. */
    RESETS("resets every request"),
    /** Every request is answered with FIN; health checks pass. */
    CLOSES("closes on every request"),
    /** Every request is answered 200 with a body that ends before its length; health checks pass. */
    SHORT_BODY("answers 200 with a short body"),
    /** Every PUT is answered with RST; reads succeed and health checks pass. */
    RESETS_WRITES("resets writes only"),
    /** Every request is answered with bytes that are not HTTP; health checks pass. */
    GARBAGE("answers garbage"),
    /** Every request is answered 502; health checks pass. */
    BAD_GATEWAY("answers 502"),
    /** Every request is answered 500 InternalError; health checks pass. */
    INTERNAL_ERROR("answers 500"),
    /** Every request is answered 503 SlowDown; health checks pass. */
    SLOW_DOWN("answers 503 SlowDown"),
    /** Requests succeed, and health checks are answered 200 with another body than that of a healthy node. */
    WRONG_BODY("health check with a wrong body"),
    /** The certificate has expired. */
    EXPIRED_CERTIFICATE("shows an expired certificate"),
    /** The first byte of every answer comes later than clients and checks wait. */
    SLOW_FIRST_BYTE("first byte too late");

    private final String text;

    NodeFault(String text) {
        this.text = text;
    }

    /** What tables call it. */
    public String text() {
        return text;
    }
}
