package io.dosql.engine.archive;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The snapshots that a set needs, so that pruning need not read the manifests of all backups; and,
 * while a set is being pruned, what is left to be looked at, so that a crash leaks nothing.
 *
 * @param formatVersion {@link #FORMAT_VERSION}
 */
record BackupObjects(
    @JsonProperty(required = true) int formatVersion,
    @JsonProperty(required = true) List<Reference> objects) {

  static final int FORMAT_VERSION = 1;

  /** One snapshot, by its key below the prefix. */
  record Reference(
      @JsonProperty(required = true) String key, @JsonProperty(required = true) long sizeBytes) {

    Reference {
      if (SnapshotKey.parse(key).isEmpty()) {
        throw new IllegalArgumentException("the field key is no snapshot: " + key);
      }
      if (sizeBytes < 0) {
        throw new IllegalArgumentException("the field sizeBytes is " + sizeBytes);
      }
    }
  }

  BackupObjects {
    if (formatVersion != FORMAT_VERSION) {
      throw new IllegalArgumentException("the field formatVersion is " + formatVersion);
    }
    objects = List.copyOf(objects);
  }

  static BackupObjects of(Map<String, Long> sizesByKey) {
    return new BackupObjects(
        FORMAT_VERSION,
        new TreeMap<>(sizesByKey)
            .entrySet().stream().map(e -> new Reference(e.getKey(), e.getValue())).toList());
  }

  Map<String, Long> sizesByKey() {
    Map<String, Long> sizes = new TreeMap<>();
    objects.forEach(object -> sizes.put(object.key(), object.sizeBytes()));
    return sizes;
  }
}
