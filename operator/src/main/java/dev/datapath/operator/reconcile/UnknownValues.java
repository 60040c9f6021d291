package dev.datapath.operator.reconcile;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.UnreadObject;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.io.Serial;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads objects of our kinds that hold values of a newer version of the definitions. One value of an enumeration that is not
 * known here would make the whole event unreadable, and that ends the watch of its kind for all namespaces. Such an object is read
 * without the value, and marked: see {@link UnreadObject}.
 */
final class UnknownValues {
    private static final String API = DataPath.class.getPackageName();
    /** What was left out of the object that is being read on this thread. */
    private static final ThreadLocal<@Nullable List<String>> PROBLEMS = new ThreadLocal<>();

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
                        ? new Marking(deserializer)
                        : deserializer;
            }
        });
        mapper.registerModule(module);
        mapper.addHandler(new DeserializationProblemHandler() {
            @Override
            public @Nullable Object handleWeirdStringValue(
                    DeserializationContext context, Class<?> target, String value, String message) throws IOException {
                var problems = PROBLEMS.get();
                if (problems == null
                        || !target.isEnum()
                        || !target.getPackageName().equals(API)) {
                    return NOT_HANDLED;
                }
                problems.add(path(context.getParser()) + ": \"" + value + "\" is none of "
                        + String.join(
                                ", ",
                                Arrays.stream(target.getEnumConstants())
                                        .map(String::valueOf)
                                        .toList()));
                return null;
            }
        });
    }

    private static String path(JsonParser parser) {
        return parser.getParsingContext()
                .pathAsPointer()
                .toString()
                .replaceFirst("^.*/spec/", "spec/")
                .replace('/', '.');
    }

    /** Marks an object of which something was left out. */
    private static final class Marking extends DelegatingDeserializer {
        @Serial
        private static final long serialVersionUID = 1;

        Marking(JsonDeserializer<?> delegate) {
            super(delegate);
        }

        @Override
        protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> delegate) {
            return new Marking(delegate);
        }

        @Override
        public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            var outer = PROBLEMS.get();
            var problems = new ArrayList<String>();
            PROBLEMS.set(problems);
            try {
                var object = super.deserialize(parser, context);
                if (!problems.isEmpty() && object instanceof CustomResource<?, ?> resource) {
                    UnreadObject.mark(resource, String.join("; ", problems));
                }
                return object;
            } finally {
                if (outer == null) {
                    PROBLEMS.remove();
                } else {
                    PROBLEMS.set(outer);
                }
            }
        }
    }
}
