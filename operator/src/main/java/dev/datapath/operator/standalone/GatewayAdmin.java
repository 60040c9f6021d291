package dev.datapath.operator.standalone;

import java.io.IOException;

/** The admin interface of one Envoy. */
interface GatewayAdmin {
    /** The body of the answer; an answer other than 200 is an exception with its status and text. */
    String get(String target) throws IOException;

    /** As {@link #get}, for requests that change something. */
    String post(String target) throws IOException;
}
