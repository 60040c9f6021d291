package dev.datapath.operator.admission;

import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compiles and evaluates CEL with the options and libraries that Kubernetes enables for CRD rules. Each expression is compiled
 * once, on first use. {@code self} and {@code oldSelf} are dynamically typed, because the API server type-checks the rules when the
 * CRD is applied.
 */
final class CelEngine {
    /** An expression does not compile, or its evaluation fails for this object. */
    static final class CelFault extends Exception {
        private static final long serialVersionUID = 1;

        CelFault(String message, Exception cause) {
            super(message, cause);
        }
    }

    private static final CelOptions OPTIONS = CelOptions.current()
            .enableTimestampEpoch(true)
            .enableHeterogeneousNumericComparisons(true)
            .evaluateCanonicalTypesToNativeValues(true)
            .build();

    private record Environment(CelCompiler compiler, CelRuntime runtime) {
        static Environment create() {
            CelCompiler compiler = CelCompilerFactory.standardCelCompilerBuilder()
                    .setOptions(OPTIONS)
                    .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                    .addVar("self", SimpleType.DYN)
                    .addVar("oldSelf", SimpleType.DYN)
                    .addLibraries(CelExtensions.strings(), CelExtensions.optional())
                    .build();
            CelRuntime runtime = CelRuntimeFactory.standardCelRuntimeBuilder()
                    .setOptions(OPTIONS)
                    .addLibraries(CelExtensions.strings(), CelExtensions.optional())
                    .build();
            return new Environment(compiler, runtime);
        }
    }

    private @Nullable Environment environment;

    private record Judged(String rule, String self) {}

    private static final int MAX_JUDGED = 1_000;

    private final Map<Judged, Boolean> judged = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Judged, Boolean> eldest) {
            return size() > MAX_JUDGED;
        }
    };
    private final Map<String, CelRuntime.Program> programs = new HashMap<>();

    /**
     * Whether a rule is true for a string. Results are cached, because such rules (most validate durations) are evaluated on the
     * same few strings repeatedly.
     */
    boolean holds(String rule, String self) throws CelFault {
        Judged question = new Judged(rule, self);
        Boolean known;
        synchronized (judged) {
            known = judged.get(question);
        }
        if (known == null) {
            known = Boolean.TRUE.equals(evaluate(rule, Map.of("self", self)));
            synchronized (judged) {
                judged.put(question, known);
            }
        }
        return known;
    }

    /** @return a Boolean, String, Long, Double, List, Map or another CEL value */
    Object evaluate(String expression, Map<String, Object> variables) throws CelFault {
        try {
            return program(expression).eval(variables);
        } catch (CelEvaluationException noValue) {
            throw new CelFault(firstLine(noValue), noValue);
        }
    }

    /**
     * CEL is initialized on the first rule, because this is the most expensive step of admission (about half a second in a cold
     * JVM).
     */
    private synchronized CelRuntime.Program program(String expression) throws CelFault {
        CelRuntime.Program known = programs.get(expression);
        if (known != null) {
            return known;
        }
        if (environment == null) {
            environment = Environment.create();
        }
        try {
            CelRuntime.Program program = environment.runtime.createProgram(
                    environment.compiler.compile(expression).getAst());
            programs.put(expression, program);
            return program;
        } catch (CelValidationException | CelEvaluationException malformed) {
            throw new CelFault(firstLine(malformed), malformed);
        }
    }

    private static String firstLine(Exception fault) {
        return String.valueOf(fault.getMessage()).lines().findFirst().orElse("");
    }
}
