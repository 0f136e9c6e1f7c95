package io.dosql.quickstart.operator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.yaml.snakeyaml.Yaml;

/** What the chart lets the operator do. */
final class ChartRules {

  private ChartRules() {}

  /** The chart's rules, which are plain YAML between the marks of the template. */
  static Set<String> granted() throws IOException {
    String template =
        Files.readString(Path.of("..", "helm", "dosql-operator", "templates", "_rules.tpl"));
    String yaml =
        template
            .substring(template.indexOf("-}}", template.indexOf("define")) + 3)
            .replace("{{- end -}}", "");
    Set<String> rights = new TreeSet<>();
    for (Map<String, List<String>> rule : new Yaml().<List<Map<String, List<String>>>>load(yaml)) {
      for (String group : rule.getOrDefault("apiGroups", List.of())) {
        for (String resource : rule.getOrDefault("resources", List.of())) {
          for (String verb : rule.getOrDefault("verbs", List.of())) {
            rights.add((group.isEmpty() ? "core" : group) + "/" + resource + " " + verb);
          }
        }
      }
    }
    return rights;
  }
}
