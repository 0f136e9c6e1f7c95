package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Answers one watch request: a line of JSON for every change, until the time is over, the client
 * leaves or the server stops.
 */
final class WatchStream {

  private static final Duration TIMEOUT_DEFAULT = Duration.ofMinutes(10);
  private static final Duration TIMEOUT_MAX = Duration.ofHours(1);

  /** How often a silent watch sends a bookmark, which also finds out that a client is gone. */
  private static final Duration BOOKMARK_INTERVAL = Duration.ofSeconds(30);

  /** How often a silent watch looks whether it has been closed. */
  private static final Duration POLL = Duration.ofMillis(500);

  private final ObjectStore store;
  private final Tables tables;
  private final ApiRequest request;
  private final ResourceType type;
  private final ResourcePath path;
  private final Predicate<JsonNode> selector;
  private boolean headerSent;
  private long sentVersion;

  WatchStream(
      ObjectStore store, Tables tables, ApiRequest request, ResourceType type, ResourcePath path) {
    this.store = store;
    this.tables = tables;
    this.request = request;
    this.type = type;
    this.path = path;
    this.selector = selector(request, path);
  }

  private static Predicate<JsonNode> selector(ApiRequest request, ResourcePath path) {
    Predicate<JsonNode> requested = request.selector();
    return path.name().isEmpty()
        ? requested
        : requested.and(object -> Json.textAt(object, "metadata", "name").equals(path.name()));
  }

  /**
   * Opens the watch, before the answer's headers are sent, so that errors have their status code.
   * The caller closes it.
   *
   * @throws ApiException 410 if the version is too old
   */
  Watch open() {
    long version = number("resourceVersion");
    if (version > 0 && !request.flag("sendInitialEvents")) {
      sentVersion = version;
      return store.watch(version);
    }
    return store.atomically(
        () -> {
          initial = store.list(type.qualifiedName(), path.namespace());
          sentVersion = initial.version();
          return store.watch(initial.version());
        });
  }

  private ObjectStore.Listing initial = new ObjectStore.Listing(List.of(), 0);

  /** Writes until the watch ends; the end of a watch is not an error. */
  void run(Watch watch, OutputStream out) throws IOException, InterruptedException {
    for (ObjectNode object : initial.objects()) {
      if (selector.test(object)) {
        send(out, "ADDED", object);
      }
    }
    if (request.flag("sendInitialEvents")) {
      bookmark(out, true);
    }
    out.flush();
    long end = System.nanoTime() + timeout().toNanos();
    long nextBookmark = System.nanoTime() + BOOKMARK_INTERVAL.toNanos();
    while (System.nanoTime() < end) {
      Optional<ObjectStore.Change> change = watch.next(POLL);
      if (change.isPresent()) {
        sendChange(out, change.get());
        out.flush();
      } else if (watch.closed()) {
        return;
      }
      if (System.nanoTime() > nextBookmark && request.flag("allowWatchBookmarks")) {
        bookmark(out, false);
        out.flush();
        nextBookmark = System.nanoTime() + BOOKMARK_INTERVAL.toNanos();
      }
    }
  }

  private Duration timeout() {
    long seconds = number("timeoutSeconds");
    return seconds <= 0
        ? TIMEOUT_DEFAULT
        : Duration.ofSeconds(Math.min(seconds, TIMEOUT_MAX.toSeconds()));
  }

  private long number(String parameter) {
    String text = request.parameter(parameter, "");
    if (text.isEmpty()) {
      return 0;
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw ApiException.badRequest(parameter + " is not a number: " + text);
    }
  }

  /** A change as this watch sees it: an object that starts or ceases to match comes or goes. */
  private void sendChange(OutputStream out, ObjectStore.Change change) throws IOException {
    sentVersion = change.version();
    if (!change.key().resource().equals(type.qualifiedName())
        || (!path.namespace().isEmpty() && !change.key().namespace().equals(path.namespace()))) {
      return;
    }
    boolean matched = change.previous() != null && selector.test(change.previous());
    boolean matches =
        change.type() != ObjectStore.ChangeType.DELETED && selector.test(change.object());
    if (matches) {
      send(out, matched ? "MODIFIED" : "ADDED", change.object());
    } else if (matched) {
      send(out, "DELETED", asLastSeen(change));
    }
  }

  /** What ceases to match is shown as it was when it still did, with the version of the change. */
  private static ObjectNode asLastSeen(ObjectStore.Change change) {
    ObjectNode previous = change.previous();
    if (change.type() == ObjectStore.ChangeType.DELETED || previous == null) {
      return change.object();
    }
    ObjectNode seen = previous.deepCopy();
    Json.objectIn(seen, "metadata").put("resourceVersion", Long.toString(change.version()));
    return seen;
  }

  private void send(OutputStream out, String event, ObjectNode object) throws IOException {
    ObjectNode shown = object;
    if (request.wantsTable()) {
      String version = Json.textAt(object, "metadata", "resourceVersion");
      shown =
          tables.table(
              type,
              List.of(object),
              version,
              request.parameter("includeObject", "Metadata"),
              !headerSent);
      headerSent = true;
    }
    write(out, event, shown);
  }

  private void bookmark(OutputStream out, boolean initialEventsEnd) throws IOException {
    ObjectNode object = Json.object().put("kind", type.kind()).put("apiVersion", type.apiVersion());
    ObjectNode metadata =
        object.putObject("metadata").put("resourceVersion", Long.toString(sentVersion));
    if (initialEventsEnd) {
      metadata.putObject("annotations").put("k8s.io/initial-events-end", "true");
    }
    write(out, "BOOKMARK", object);
  }

  private static void write(OutputStream out, String event, ObjectNode object) throws IOException {
    ObjectNode line = Json.object().put("type", event);
    line.set("object", object);
    out.write(Json.bytes(line));
    out.write('\n');
  }
}
