package io.dosql.engine.archive.crypt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dosql.engine.archive.store.ObjectMetadata;
import java.io.IOException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/**
 * Metadata of an encrypted object: encrypted as one value, beside the name of the key, and
 * Litestream's timestamp, which becomes a file's time in a directory.
 */
final class SealedMetadata {

  /** The name of the key; whatever has it is encrypted. */
  static final String KEY_NAME = "encryption-key";

  static final String SEALED = "sealed";

  /** In bytes of base64: S3 takes 2 KiB for all names and values. */
  private static final int SEALED_BYTES_MAX = 1700;

  private static final JsonMapper JSON = new JsonMapper();

  private SealedMetadata() {}

  static Map<String, String> seal(Sealer sealer, String relativeKey, Map<String, String> plain) {
    String sealed;
    try {
      sealed =
          Base64.getUrlEncoder()
              .withoutPadding()
              .encodeToString(sealer.sealMetadata(relativeKey, JSON.writeValueAsBytes(plain)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("strings cannot be written as JSON", e);
    }
    if (sealed.length() > SEALED_BYTES_MAX) {
      throw new IllegalArgumentException(
          "the metadata of %s take %d bytes encrypted; %d are allowed"
              .formatted(relativeKey, sealed.length(), SEALED_BYTES_MAX));
    }
    Map<String, String> all = new HashMap<>();
    all.put(KEY_NAME, sealer.key().name());
    all.put(SEALED, sealed);
    String timestamp = plain.get(ObjectMetadata.LITESTREAM_TIMESTAMP);
    if (timestamp != null) {
      all.put(ObjectMetadata.LITESTREAM_TIMESTAMP, timestamp);
    }
    return all;
  }

  /**
   * @throws IOException when they were altered, or are of another object or key
   */
  static Map<String, String> open(Sealer sealer, String relativeKey, Map<String, String> stored)
      throws IOException {
    try {
      byte[] sealed = Base64.getUrlDecoder().decode(stored.getOrDefault(SEALED, ""));
      return JSON.readValue(
          sealer.openMetadata(relativeKey, sealed), new TypeReference<Map<String, String>>() {});
    } catch (IllegalArgumentException notBase64) {
      throw new IOException(notBase64);
    }
  }
}
