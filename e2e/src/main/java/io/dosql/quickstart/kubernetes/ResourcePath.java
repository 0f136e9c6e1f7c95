package io.dosql.quickstart.kubernetes;

import java.util.List;
import java.util.Optional;

/**
 * The path of a request for objects.
 *
 * <pre>
 *   /api/VERSION or /apis/GROUP/VERSION, then [/namespaces/NAMESPACE] /PLURAL [/NAME [/SUBRESOURCE]]
 * </pre>
 *
 * Parts that are absent are empty.
 */
record ResourcePath(
    String group,
    String version,
    String namespace,
    String plural,
    String name,
    String subresource) {

  static Optional<ResourcePath> parse(String path) {
    List<String> parts =
        List.of(path.replaceFirst("^/+", "").replaceFirst("/+$", "").split("/+", -1));
    if (parts.size() >= 3 && parts.get(0).equals("api")) {
      return below("", parts.get(1), parts.subList(2, parts.size()));
    }
    if (parts.size() >= 4 && parts.get(0).equals("apis")) {
      return below(parts.get(1), parts.get(2), parts.subList(3, parts.size()));
    }
    return Optional.empty();
  }

  private static Optional<ResourcePath> below(String group, String version, List<String> parts) {
    boolean namespaced =
        parts.size() >= 3
            && parts.get(0).equals("namespaces")
            && !(parts.size() == 3
                && (parts.get(2).equals("status") || parts.get(2).equals("finalize")));
    String namespace = namespaced ? parts.get(1) : "";
    List<String> rest = namespaced ? parts.subList(2, parts.size()) : parts;
    if (rest.size() > 3) {
      return Optional.empty();
    }
    return Optional.of(
        new ResourcePath(
            group,
            version,
            namespace,
            rest.get(0),
            rest.size() > 1 ? rest.get(1) : "",
            rest.size() > 2 ? rest.get(2) : ""));
  }
}
