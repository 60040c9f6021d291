package dev.datapath.operator.envoy;

import com.google.protobuf.util.Durations;
import java.time.Duration;

/** Durations in the JSON format of protocol buffers. */
final class JsonDurations {

    private JsonDurations() {}

    static String seconds(Duration duration) {
        return Durations.toString(Protos.duration(duration));
    }
}
