package dev.datapath.e2e.sdk;

import dev.datapath.e2e.rig.Exchange;
import dev.datapath.e2e.rig.S3Store;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The smallest store that checks every signature over the bytes it got: host and raw target to request body. */
final class StrictStore implements ScriptedNode.Script {
    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();

    /** What was put, framing of the SDK included, by host and target. */
    Map<String, byte[]> objects() {
        return objects;
    }

    @Override
    public void answer(Exchange exchange) throws IOException {
        var head = exchange.head();
        if (head.field("expect").isPresent()) {
            exchange.write("HTTP/1.1 100 Continue\r\n\r\n");
        }
        var body = exchange.readBody();
        var name = head.field("host").orElse("") + head.target();
        if (!SignatureCheck.valid(head, S3Store.SECRET_KEY)) {
            exchange.answer("403 Forbidden", "<Error><Code>SignatureDoesNotMatch</Code></Error>");
        } else if (head.method().equals("PUT")) {
            objects.put(name, body);
            exchange.answer("200 OK", "", "ETag: \"e\"");
        } else if (objects.containsKey(name)) {
            var object = objects.get(name);
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: " + object.length + "\r\n\r\n")
                    .write(object);
        } else {
            exchange.answer("404 Not Found", "<Error><Code>NoSuchKey</Code></Error>");
        }
    }
}
