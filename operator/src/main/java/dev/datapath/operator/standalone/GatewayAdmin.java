package dev.datapath.operator.standalone;

import java.io.IOException;

/** The admin interface of one Envoy. */
interface GatewayAdmin {
    /** The body of the response; a status other than 200 causes an exception with the status and the text. */
    String get(String target) throws IOException;

    /** As {@link #get}, for requests that change state. */
    String post(String target) throws IOException;
}
