package io.dosql.engine.hrana;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of a cursor request.
 *
 * @param baton of the stream to go on with; null opens a new one
 */
record CursorRequest(@Nullable String baton, List<StreamRequest.Step> steps) {
  CursorRequest {
    steps = List.copyOf(steps);
  }
}
