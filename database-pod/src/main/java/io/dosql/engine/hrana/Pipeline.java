package io.dosql.engine.hrana;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of a pipeline request.
 *
 * @param baton of the stream to go on with; null opens a new one
 */
record Pipeline(@Nullable String baton, List<StreamRequest> requests) {
  Pipeline {
    requests = List.copyOf(requests);
  }
}
