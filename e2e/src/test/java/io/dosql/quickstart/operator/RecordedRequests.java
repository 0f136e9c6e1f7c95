package io.dosql.quickstart.operator;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Remembers every request of one client, as the rights that it takes. Thread-safe. */
final class RecordedRequests implements Interceptor {

  private static final Pattern PATH =
      Pattern.compile(
          "/(?:api|apis/(?<group>[^/]+))/[^/]+(?:/namespaces/[^/]+)?/(?<resource>[^/]+)"
              + "(?:/(?<name>[^/]+)(?:/(?<sub>[^/]+))?)?");

  /** One request: {@code GROUP/RESOURCE[/SUBRESOURCE] VERB}. */
  private final List<String> rights = new CopyOnWriteArrayList<>();

  /** What to do before the next request of a right is sent. */
  private final Map<String, Runnable> interludes = new ConcurrentHashMap<>();

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    String path = request.uri().getPath();
    Matcher parts = PATH.matcher(path);
    if (!parts.matches()) {
      rights.add(path + " " + request.method());
      return;
    }
    String group = parts.group("group") == null ? "core" : parts.group("group");
    String sub = parts.group("sub") == null ? "" : "/" + parts.group("sub");
    String right =
        group
            + "/"
            + parts.group("resource")
            + sub
            + " "
            + verb(request, parts.group("name") == null);
    rights.add(right);
    Runnable interlude = interludes.remove(right);
    if (interlude != null) {
      interlude.run();
    }
  }

  /** Something happens just before the next request of a right reaches the API. */
  void beforeNext(String right, Runnable interlude) {
    interludes.put(right, interlude);
  }

  private static String verb(HttpRequest request, boolean collection) {
    String query = String.valueOf(request.uri().getQuery());
    return switch (request.method()) {
      case "GET" -> query.contains("watch=true") ? "watch" : collection ? "list" : "get";
      case "POST" -> "create";
      case "PUT" -> "update";
      default -> request.method().toLowerCase(Locale.ROOT);
    };
  }

  Set<String> rights() {
    return new TreeSet<>(rights);
  }

  /** What was written since the last {@link #clear}. */
  List<String> writes() {
    return rights.stream().filter(right -> !right.matches(".* (get|list|watch)")).toList();
  }

  void clear() {
    rights.clear();
  }
}
