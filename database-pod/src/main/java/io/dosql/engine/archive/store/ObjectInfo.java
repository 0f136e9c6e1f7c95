package io.dosql.engine.archive.store;

import java.time.Instant;
import java.util.Map;

/**
 * What a store knows of an object.
 *
 * @param metadata as given when it was created; empty in listings and where the store keeps none
 */
public record ObjectInfo(
    String key, long sizeBytes, Instant lastModified, Map<String, String> metadata) {

  public ObjectInfo {
    if (sizeBytes < 0) {
      throw new IllegalArgumentException("negative size of " + key);
    }
    metadata = Map.copyOf(metadata);
  }
}
