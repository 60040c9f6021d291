package dev.datapath.operator.admission;

import java.util.Map;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/** YAML in tests as trees in the form that admission takes. */
final class TestYaml {
    private TestYaml() {}

    static Map<String, Object> tree(String yaml) {
        DumperOptions unused = new DumperOptions();
        Yaml reader = new Yaml(
                new SafeConstructor(new LoaderOptions()),
                new Representer(unused),
                unused,
                new LoaderOptions(),
                new TimesAreText());
        return SchemaReader.map(SchemaReader.unstructured(reader.load(yaml)));
    }

    private static final class TimesAreText extends Resolver {
        @Override
        public void addImplicitResolver(Tag tag, Pattern regexp, String first, int limit) {
            if (!tag.equals(Tag.TIMESTAMP)) {
                super.addImplicitResolver(tag, regexp, first, limit);
            }
        }
    }
}
