package dev.datapath.operator.envoy;

import com.github.xds.type.v3.TypedStruct;
import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;

/** Common parts of Envoy's API. */
final class Protos {

    private Protos() {}

    static Duration duration(java.time.Duration duration) {
        return Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }

    static Any any(Message message) {
        return Any.newBuilder()
                .setTypeUrl(
                        "type.googleapis.com/" + message.getDescriptorForType().getFullName())
                .setValue(message.toByteString())
                .build();
    }

    static TypedExtensionConfig extension(String name, Message config) {
        return TypedExtensionConfig.newBuilder()
                .setName(name)
                .setTypedConfig(any(config))
                .build();
    }

    /**
     * An Envoy message written as JSON, because the API library does not know all of its fields.
     *
     * @param type the message's full name
     * @throws IllegalArgumentException when the text is not a JSON object
     */
    static TypedStruct typedStruct(String type, String json) {
        var struct = Struct.newBuilder();
        try {
            JsonFormat.parser().merge(json, struct);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(type + " is not a JSON object: " + json, e);
        }
        return TypedStruct.newBuilder()
                .setTypeUrl("type.googleapis.com/" + type)
                .setValue(struct)
                .build();
    }

    /** The config source for resources over ADS. */
    static ConfigSource ads() {
        return ConfigSource.newBuilder()
                .setAds(AggregatedConfigSource.getDefaultInstance())
                .setResourceApiVersion(ApiVersion.V3)
                .build();
    }

    static DataSource inline(String text) {
        return DataSource.newBuilder().setInlineString(text).build();
    }
}
