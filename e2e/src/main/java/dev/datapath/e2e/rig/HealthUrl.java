package dev.datapath.e2e.rig;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;

/** An address on loopback that answers 200 as soon as its process serves. */
record HealthUrl(URI address) {
    private static final int CONNECT_MILLIS = 1_000;
    private static final int READ_MILLIS = 2_000;

    /** Whether it does so now. */
    boolean serves() {
        try {
            var connection = (HttpURLConnection) address.toURL().openConnection();
            connection.setConnectTimeout(CONNECT_MILLIS);
            connection.setReadTimeout(READ_MILLIS);
            try {
                return connection.getResponseCode() == 200;
            } finally {
                connection.disconnect();
            }
        } catch (IOException notYet) {
            return false;
        }
    }
}
