package io.dosql.operator.helm;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** The chart of this repository. */
final class Chart {

  static final Path FOLDER = Path.of("..", "helm", "dosql-operator");

  private Chart() {}

  static LintResult lint() {
    return new Helm(FOLDER).lint().strict().call();
  }

  /**
   * The objects of a release {@code db} in the namespace {@code tools}.
   *
   * @param values a values file's text
   */
  static List<HasMetadata> render(Path scratch, String values) throws IOException {
    return objects(text(scratch, values));
  }

  static String text(Path scratch, String values) throws IOException {
    Path file = scratch.resolve("values.yaml");
    Files.writeString(file, values);
    return new Helm(FOLDER)
        .template()
        .withName("db")
        .withNamespace("tools")
        .withKubeVersion("1.30.0")
        .withValuesFile(file)
        .call();
  }

  private static List<HasMetadata> objects(String text) {
    return Stream.of(text.split("(?m)^---$"))
        .filter(document -> document.lines().anyMatch(line -> line.matches("kind: .*")))
        .map(Serialization::<Object>unmarshal)
        .flatMap(read -> read instanceof Collection<?> many ? many.stream() : Stream.of(read))
        .map(HasMetadata.class::cast)
        .toList();
  }

  static <T extends HasMetadata> List<T> all(List<HasMetadata> objects, Class<T> type) {
    return objects.stream().filter(type::isInstance).map(type::cast).toList();
  }

  static <T extends HasMetadata> T one(List<HasMetadata> objects, Class<T> type) {
    List<T> found = all(objects, type);
    if (found.size() != 1) {
      throw new AssertionError("%d of %s".formatted(found.size(), type.getSimpleName()));
    }
    return found.getFirst();
  }
}
