package dev.datapath.operator.kubernetes;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.UnreadObject;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.io.Serial;
import java.util.HashMap;

/**
 * Reads objects of the four kinds that hold values of a newer version of the CRDs: an unknown value of an enumeration,
 * or an object or a list where this version has a string. One such value would make the whole event unreadable, which
 * ends the watch of its kind for all namespaces. Such an object is read without the value, and marked: see {@link
 * UnreadObject}.
 */
final class UnknownValues {
    private static final String API = DataPath.class.getPackageName();

    private UnknownValues() {}

    /** @param room for the objects that are read */
    static void tolerate(ObjectMapper mapper, ObjectRoom room) {
        var module = new SimpleModule("datapath-unknown-values");
        module.setDeserializerModifier(new BeanDeserializerModifier() {
            @Override
            public JsonDeserializer<?> modifyDeserializer(
                    DeserializationConfig config, BeanDescription bean, JsonDeserializer<?> deserializer) {
                var type = bean.getBeanClass();
                return CustomResource.class.isAssignableFrom(type)
                                && type.getPackageName().equals(API)
                        ? new Tolerant(deserializer, room)
                        : deserializer;
            }
        });
        mapper.registerModule(module);
    }

    /** Reads an object without its unreadable parts, and marks it. */
    private static final class Tolerant extends DelegatingDeserializer {
        @Serial
        private static final long serialVersionUID = 1;

        /** Of a value in memory, besides its text. */
        private static final int VALUE_BYTES = 48;

        private static final String METADATA = "metadata";

        private final transient ObjectRoom room;

        Tolerant(JsonDeserializer<?> delegate, ObjectRoom room) {
            super(delegate);
            this.room = room;
        }

        @Override
        protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> delegate) {
            return new Tolerant(delegate, room);
        }

        @Override
        public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            var text = context.bufferAsCopyOfValue(parser);
            Object read;
            try {
                read = withoutAnnotations(super.deserialize(text.asParserOnFirstToken(), context));
            } catch (JsonMappingException e) {
                read = readWithout(e, new UnreadableParts(context.readTree(text.asParserOnFirstToken())), context);
            }
            return read instanceof CustomResource<?, ?> object ? room.take(object, bytes(text.asParser())) : read;
        }

        /** The operator asks for none of a user's, and one can be as large as all objects may be otherwise. */
        private static Object withoutAnnotations(Object read) {
            if (read instanceof CustomResource<?, ?> object && object.getMetadata() != null) {
                object.getMetadata().setAnnotations(new HashMap<>());
            }
            return read;
        }

        /** About how much memory spec and status take. */
        private static long bytes(JsonParser values) throws IOException {
            long bytes = 0;
            for (var token = values.nextToken(); token != null; token = values.nextToken()) {
                if (token == JsonToken.FIELD_NAME && METADATA.equals(values.currentName())) {
                    values.nextToken();
                    values.skipChildren();
                }
                bytes += VALUE_BYTES + (token == JsonToken.VALUE_STRING ? values.getTextLength() : 0);
            }
            return bytes;
        }

        private Object readWithout(JsonMappingException first, UnreadableParts object, DeserializationContext context)
                throws IOException {
            var failure = first;
            while (object.remove(failure)) {
                var rest = object.rest().traverse(context.getParser().getCodec());
                rest.nextToken();
                try {
                    var read = withoutAnnotations(super.deserialize(rest, context));
                    if (!object.removed().isEmpty() && read instanceof CustomResource<?, ?> resource) {
                        UnreadObject.mark(resource, String.join("; ", object.removed()));
                    }
                    return read;
                } catch (JsonMappingException next) {
                    failure = next;
                }
            }
            throw failure;
        }
    }
}
