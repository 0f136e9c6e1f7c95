package io.dosql.engine.http;

import java.util.Optional;

/**
 * One method on one path.
 *
 * @param name what metrics call it
 * @param template the path; {@code {…}} stands for anything, slashes and nothing included, so that
 *     a bad name reaches whoever explains it; <code>{segment}</code> for one segment that is not
 *     empty
 * @param media which bodies it takes
 * @param isStreamed whether its answers come piece by piece, whatever the request says
 */
record Route(
    String name,
    Surface surface,
    String method,
    String template,
    Access access,
    Media media,
    boolean isStreamed,
    Handler handler) {

  private static final String SEGMENT = "{segment}";

  /** Which token a route asks for. */
  enum Access {
    OPEN,
    /** One that covers the tenant. */
    DATA_TOKEN,
    /** One of the data port's, whose role is {@code admin} on all tenants. */
    ADMIN_ROLE,
    /** The operator's. */
    ADMIN_TOKEN
  }

  /** What a route takes as its body. */
  enum Media {
    /** None; one that comes is not read. */
    NO_BODY,
    /** JSON by its content type, or without one. */
    JSON,
    /** Whatever calls itself text or JSON; libSQL clients are not strict. */
    HRANA,
    /** Protobuf, under any of its names. */
    HRANA_PROTOBUF
  }

  /** Does a route's work; blocks as it likes. */
  @FunctionalInterface
  interface Handler {
    Reply handle(Exchange exchange);
  }

  /** What stands for the variable in {@code path}, not decoded; empty if the path is another. */
  Optional<String> match(String path) {
    int open = template.indexOf('{');
    if (open < 0) {
      return path.equals(template) ? Optional.of("") : Optional.empty();
    }
    // Most routes are not the one: nothing is made for them.
    int close = template.indexOf('}') + 1;
    int end = path.length() - (template.length() - close);
    boolean matches =
        end >= open
            && path.regionMatches(0, template, 0, open)
            && path.regionMatches(end, template, close, template.length() - close);
    if (!matches) {
      return Optional.empty();
    }
    String variable = path.substring(open, end);
    boolean isSegment = !variable.isEmpty() && variable.indexOf('/') < 0;
    return isSegment || !template.contains(SEGMENT) ? Optional.of(variable) : Optional.empty();
  }
}
