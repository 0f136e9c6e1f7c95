package io.dosql.engine.archive;

import static io.dosql.engine.error.ErrorCode.SNAPSHOT_NOT_AVAILABLE;
import static io.dosql.engine.error.ErrorCode.STORAGE_CHECKSUM_MISMATCH;
import static io.dosql.engine.error.ErrorCode.STORAGE_NOT_FOUND;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.dosql.engine.archive.store.ObjectContent;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.PutResult;
import io.dosql.engine.error.DosqlException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The JSON documents of the archive: written once, read strictly. An unknown field, a missing one
 * or a value that cannot be is damage; a higher format version is told as such, before anything
 * else is looked at. Keys are below the prefix. Any number of threads.
 */
final class ArchiveDocuments {

  /** In bytes; a manifest has about 500, and up to 500 for each of 500 tables. */
  static final int SMALL_BYTES_MAX = 1 << 20;

  /** In bytes; a reference has about 130, so half a million tenants. */
  static final int LARGE_BYTES_MAX = 64 << 20;

  private static final String FORMAT_VERSION = "formatVersion";

  private final ObjectStore store;
  private final ArchiveLayout layout;
  private final JsonMapper json =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  ArchiveDocuments(ObjectStore store, ArchiveLayout layout) {
    this.store = store;
    this.layout = layout;
  }

  PutResult putIfAbsent(String key, Object document) {
    try {
      return store.putIfAbsent(
          layout.absolute(key), ObjectContent.of(json.writeValueAsBytes(document)), Map.of());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot be written as JSON: " + document, e);
    }
  }

  /**
   * Reads a document.
   *
   * @throws DosqlException {@code STORAGE_CHECKSUM_MISMATCH} when it is damaged or longer than
   *     {@code bytesMax}, {@code SNAPSHOT_NOT_AVAILABLE} when it is of a later release
   */
  <T> Optional<T> find(String key, Class<T> type, int formatVersion, int bytesMax) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      if (!new Download(store, layout.absolute(key)).copyTo(bytes, bytesMax)) {
        throw damaged(key, "it has more than " + bytesMax + " bytes", null);
      }
    } catch (DosqlException e) {
      if (e.code() == STORAGE_NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return Optional.of(parse(key, bytes.toByteArray(), type, formatVersion));
  }

  private <T> T parse(String key, byte[] bytes, Class<T> type, int formatVersion) {
    try {
      JsonNode tree = json.readTree(bytes);
      JsonNode found = tree.path(FORMAT_VERSION);
      if (found.isIntegralNumber() && found.longValue() > formatVersion) {
        throw tooNew(key, found.longValue(), formatVersion);
      }
      T document = json.treeToValue(tree, type);
      if (document == null) {
        throw damaged(key, "it is empty", null);
      }
      return document;
    } catch (IOException e) {
      throw damaged(key, reason(e), e);
    }
  }

  private DosqlException tooNew(String key, long found, int supported) {
    FormatTooNewException cause = new FormatTooNewException(layout.absolute(key), found, supported);
    return new DosqlException(SNAPSHOT_NOT_AVAILABLE, cause.getMessage() + ".", cause)
        .withSuggestion(
            "Upgrade the database to the release that wrote the backup, or a later one.");
  }

  DosqlException damaged(String key, String reason, @Nullable Throwable cause) {
    return new DosqlException(
        STORAGE_CHECKSUM_MISMATCH,
        "%s is damaged: %s.".formatted(layout.absolute(key), reason),
        cause);
  }

  /** Jackson's message without the place in the Java types, which helps nobody. */
  private static String reason(IOException failure) {
    String message =
        failure instanceof JsonProcessingException e
            ? e.getOriginalMessage()
            : String.valueOf(failure.getMessage());
    Throwable cause = failure.getCause();
    return cause instanceof IllegalArgumentException
        ? String.valueOf(cause.getMessage())
        : String.valueOf(message);
  }
}
