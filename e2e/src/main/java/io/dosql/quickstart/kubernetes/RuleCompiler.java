package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntime;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Compiles and evaluates the CEL expressions of CRDs: the standard functions, strings, sets, lists,
 * optional values, and Kubernetes' {@code quantity}, {@code isQuantity}, {@code compareTo}, {@code
 * isLessThan}, {@code isGreaterThan}. Other functions of Kubernetes are not there; an expression
 * that uses one is refused, never skipped. Thread-safe.
 */
final class RuleCompiler {

  /** How many expressions are kept compiled; a CRD has tens. */
  private static final int PROGRAMS_MAX = 10_000;

  private static final CelOptions OPTIONS =
      CelOptions.current().enableHeterogeneousNumericComparisons(true).build();

  private final Cel cel =
      CelFactory.standardCelBuilder()
          .setOptions(OPTIONS)
          .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
          .addVar("self", SimpleType.DYN)
          .addVar("oldSelf", SimpleType.DYN)
          .addCompilerLibraries(
              CelExtensions.strings(),
              CelExtensions.sets(OPTIONS),
              CelExtensions.lists(),
              CelExtensions.optional())
          .addRuntimeLibraries(
              CelExtensions.strings(),
              CelExtensions.sets(OPTIONS),
              CelExtensions.lists(),
              CelExtensions.optional())
          .addFunctionDeclarations(declarations())
          .addFunctionBindings(bindings())
          .build();

  private final Map<String, CelRuntime.Program> programs = new ConcurrentHashMap<>();

  private static List<CelFunctionDecl> declarations() {
    return List.of(
        CelFunctionDecl.newFunctionDeclaration(
            "quantity",
            CelOverloadDecl.newGlobalOverload("dosql_quantity", SimpleType.DYN, SimpleType.STRING)),
        CelFunctionDecl.newFunctionDeclaration(
            "isQuantity",
            CelOverloadDecl.newGlobalOverload(
                "dosql_is_quantity", SimpleType.BOOL, SimpleType.STRING)),
        comparison("compareTo", "dosql_compare_to", SimpleType.INT),
        comparison("isLessThan", "dosql_is_less_than", SimpleType.BOOL),
        comparison("isGreaterThan", "dosql_is_greater_than", SimpleType.BOOL));
  }

  private static CelFunctionDecl comparison(String name, String id, CelType result) {
    return CelFunctionDecl.newFunctionDeclaration(
        name, CelOverloadDecl.newMemberOverload(id, result, SimpleType.DYN, SimpleType.DYN));
  }

  private static List<CelFunctionBinding> bindings() {
    return List.of(
        CelFunctionBinding.from("dosql_quantity", String.class, RuleCompiler::quantity),
        CelFunctionBinding.from("dosql_is_quantity", String.class, RuleCompiler::isQuantity),
        CelFunctionBinding.from(
            "dosql_compare_to",
            BigDecimal.class,
            BigDecimal.class,
            (left, right) -> (long) left.compareTo(right)),
        CelFunctionBinding.from(
            "dosql_is_less_than",
            BigDecimal.class,
            BigDecimal.class,
            (left, right) -> left.compareTo(right) < 0),
        CelFunctionBinding.from(
            "dosql_is_greater_than",
            BigDecimal.class,
            BigDecimal.class,
            (left, right) -> left.compareTo(right) > 0));
  }

  private static BigDecimal quantity(String text) throws CelEvaluationException {
    try {
      return Quantity.getAmountInBytes(Quantity.parse(text));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new CelEvaluationException("\"" + text + "\" is not a quantity", e);
    }
  }

  private static boolean isQuantity(String text) {
    try {
      var _ = quantity(text);
      return true;
    } catch (CelEvaluationException e) {
      return false;
    }
  }

  /**
   * Compiles an expression, or finds it compiled.
   *
   * @throws CelValidationException if it cannot be compiled here
   */
  void compile(String expression) throws CelValidationException, CelEvaluationException {
    if (!programs.containsKey(expression)) {
      if (programs.size() >= PROGRAMS_MAX) {
        programs.clear();
      }
      programs.put(expression, cel.createProgram(cel.compile(expression).getAst()));
    }
  }

  /**
   * Evaluates an expression.
   *
   * @param oldSelf null if there is no old value; the expression must not use it then
   */
  Object evaluate(String expression, JsonNode self, @Nullable JsonNode oldSelf)
      throws CelValidationException, CelEvaluationException {
    compile(expression);
    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put("self", value(self));
    if (oldSelf != null) {
      variables.put("oldSelf", value(oldSelf));
    }
    CelRuntime.Program program = programs.get(expression);
    if (program == null) {
      program = cel.createProgram(cel.compile(expression).getAst());
    }
    return program.eval(variables);
  }

  private static Object value(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT, POJO -> {
        Map<String, Object> map = new LinkedHashMap<>();
        node.properties().forEach(field -> map.put(field.getKey(), value(field.getValue())));
        yield map;
      }
      case ARRAY -> {
        List<Object> list = new ArrayList<>();
        node.forEach(item -> list.add(value(item)));
        yield list;
      }
      case NUMBER -> node.isIntegralNumber() ? (Object) node.asLong() : (Object) node.asDouble();
      case BOOLEAN -> node.asBoolean();
      case STRING, BINARY -> node.asText();
      case NULL, MISSING -> dev.cel.common.values.NullValue.NULL_VALUE;
    };
  }
}
