package io.dosql.engine.http;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code GET /openapi.json}: made when it is first asked for, since most pods are never asked. */
final class OpenApiEndpoint {

  private final OpenApi description;
  private final Supplier<List<Route>> routes;

  /** Always the same, so it does no harm if two threads make it. */
  private volatile @Nullable ByteBuffer document;

  OpenApiEndpoint(HttpLimits limits, Supplier<List<Route>> routes) {
    this.description = new OpenApi(limits);
    this.routes = routes;
  }

  Reply document(Exchange exchange) {
    ByteBuffer made = document;
    if (made == null) {
      made = description.document(routes.get());
      document = made;
    }
    return Reply.json(200, made.duplicate());
  }
}
