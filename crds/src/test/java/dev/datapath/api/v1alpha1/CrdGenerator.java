package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDGenerator.AbstractCRDOutput;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The CustomResourceDefinitions of the four kinds, generated from the Java types and completed by {@link SchemaCompletion}. */
final class CrdGenerator {
    static final List<Class<? extends CustomResource<?, ?>>> KINDS =
            List.of(DataPath.class, StoragePool.class, RoutingPolicy.class, ServiceLevelObjective.class);

    private static final YAMLMapper YAML = new YAMLMapper(YAMLFactory.builder()
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .stringQuotingChecker(new QuoteTimes())
            .build());

    static {
        YAML.registerModule(new SimpleModule().addSerializer(Double.class, new Bound()));
    }

    private CrdGenerator() {}

    /** CRDs by their names, such as {@code datapaths.datapath.dev}. */
    static SortedMap<String, CustomResourceDefinition> crds() {
        SortedMap<String, CustomResourceDefinition> crds = new TreeMap<>();
        CRDPostProcessor collect = new CRDPostProcessor() {
            @Override
            public HasMetadata process(HasMetadata generated, String version) {
                CustomResourceDefinition crd = SchemaCompletion.complete((CustomResourceDefinition) generated);
                crds.put(crd.getMetadata().getName(), crd);
                return crd;
            }
        };
        new CRDGenerator()
                .withOutput(new Discard())
                .withPostProcessor(collect)
                .withParallelGenerationEnabled(false)
                .customResourceClasses(List.copyOf(KINDS))
                .generate();
        return crds;
    }

    /** The file of a CRD, as it is committed. */
    static String yaml(CustomResourceDefinition crd) {
        try {
            return "# Generated from the types of dev.datapath.api.v1alpha1; \"make crds\" writes it anew.\n"
                    + YAML.writeValueAsString(crd);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write " + crd.getMetadata().getName(), e);
        }
    }

    /** Bounds are doubles in the schema's model and whole numbers to its readers: 1000, not 1000.0. */
    private static final class Bound extends JsonSerializer<Double> {
        @Override
        public void serialize(Double bound, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeNumber(BigDecimal.valueOf(bound).toBigIntegerExact());
        }
    }

    /** YAML 1.1 readers take an unquoted time for a timestamp rather than for text. */
    private static final class QuoteTimes extends StringQuotingChecker.Default {
        @Override
        public boolean needToQuoteValue(String value) {
            return super.needToQuoteValue(value) || value.matches(Formats.TIME);
        }
    }

    private static final class Discard extends AbstractCRDOutput<ByteArrayOutputStream> {
        @Override
        protected ByteArrayOutputStream createStreamFor(String crdName) {
            return new ByteArrayOutputStream();
        }
    }
}
