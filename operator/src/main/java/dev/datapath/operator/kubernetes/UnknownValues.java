package dev.datapath.operator.kubernetes;

import com.fasterxml.jackson.core.JsonParser;
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

/**
 * Reads objects of the four kinds that hold values of a newer version of the CRDs: an unknown value of an enumeration,
 * or an object or a list where this version has a string. One such value would make the whole event unreadable, which
 * ends the watch of its kind for all namespaces. Such an object is read without the value, and marked: see {@link
 * UnreadObject}.
 */
final class UnknownValues {
    private static final String API = DataPath.class.getPackageName();

    private UnknownValues() {}

    static void tolerate(ObjectMapper mapper) {
        var module = new SimpleModule("datapath-unknown-values");
        module.setDeserializerModifier(new BeanDeserializerModifier() {
            @Override
            public JsonDeserializer<?> modifyDeserializer(
                    DeserializationConfig config, BeanDescription bean, JsonDeserializer<?> deserializer) {
                var type = bean.getBeanClass();
                return CustomResource.class.isAssignableFrom(type)
                                && type.getPackageName().equals(API)
                        ? new Tolerant(deserializer)
                        : deserializer;
            }
        });
        mapper.registerModule(module);
    }

    /** Reads an object without its unreadable parts, and marks it. */
    private static final class Tolerant extends DelegatingDeserializer {
        @Serial
        private static final long serialVersionUID = 1;

        Tolerant(JsonDeserializer<?> delegate) {
            super(delegate);
        }

        @Override
        protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> delegate) {
            return new Tolerant(delegate);
        }

        @Override
        public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            var text = context.bufferAsCopyOfValue(parser);
            try {
                return super.deserialize(text.asParserOnFirstToken(), context);
            } catch (JsonMappingException e) {
                return readWithout(e, new UnreadableParts(context.readTree(text.asParserOnFirstToken())), context);
            }
        }

        private Object readWithout(JsonMappingException first, UnreadableParts object, DeserializationContext context)
                throws IOException {
            var failure = first;
            while (object.remove(failure)) {
                var rest = object.rest().traverse(context.getParser().getCodec());
                rest.nextToken();
                try {
                    var read = super.deserialize(rest, context);
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
