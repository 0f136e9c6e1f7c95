package io.dosql.engine.http;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds the route of a request. */
final class Router {

  private static final Pattern SLASHES = Pattern.compile("//+");

  private final List<Route> routes;

  /** The last segments of the paths whose answers are streamed. */
  private final Set<String> streamedEnds;

  /** The first route that matches wins. */
  Router(List<Route> routes) {
    this.routes = List.copyOf(routes);
    this.streamedEnds =
        routes.stream()
            .filter(Route::isStreamed)
            .map(route -> lastSegment(route.template()))
            .collect(Collectors.toUnmodifiableSet());
  }

  /** Whether the answer to a request may come piece by piece; cheap, and true too often. */
  boolean mayStream(String path) {
    return streamedEnds.contains(lastSegment(path));
  }

  private static String lastSegment(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** A route, and its path's variable, decoded. */
  sealed interface Match {

    record Found(Route route, String variable) implements Match {}

    record WrongMethod(String allowed) implements Match {}

    record NotFound() implements Match {}
  }

  /**
   * Slashes in a row count as one, because clients join URLs carelessly. HEAD is answered as GET.
   *
   * @throws DosqlException INVALID_REQUEST if the variable is not well encoded
   */
  Match match(Surface surface, String method, String path) {
    String clean = SLASHES.matcher(path).replaceAll("/");
    String asked = method.equals("HEAD") ? "GET" : method;
    TreeSet<String> allowed = new TreeSet<>();
    for (Route route : routes) {
      if (route.surface() != surface) {
        continue;
      }
      Optional<String> variable = route.match(clean);
      if (variable.isEmpty()) {
        continue;
      }
      if (route.method().equals(asked)) {
        return new Match.Found(route, decode(variable.get()));
      }
      allowed.add(route.method());
    }
    if (allowed.isEmpty()) {
      return new Match.NotFound();
    }
    List<String> methods = new ArrayList<>(allowed);
    if (allowed.contains("GET")) {
      methods.add("HEAD");
    }
    return new Match.WrongMethod(String.join(", ", methods));
  }

  /** Percent-decoding that refuses what is malformed; a plus is a plus. */
  static String decode(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    ByteBuffer bytes = ByteBuffer.allocate(text.length());
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c != '%') {
        bytes.put((byte) c);
        i++;
      } else if (i + 2 < text.length()
          && HexFormat.isHexDigit(text.charAt(i + 1))
          && HexFormat.isHexDigit(text.charAt(i + 2))) {
        bytes.put((byte) HexFormat.fromHexDigits(text, i + 1, i + 3));
        i += 3;
      } else {
        throw badEncoding();
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException malformed) {
      throw badEncoding();
    }
  }

  private static DosqlException badEncoding() {
    return new DosqlException(
        ErrorCode.INVALID_REQUEST, "The path is not well percent-encoded UTF-8.");
  }
}
