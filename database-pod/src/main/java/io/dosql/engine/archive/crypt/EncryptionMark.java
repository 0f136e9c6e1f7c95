package io.dosql.engine.archive.crypt;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Locale;

/**
 * The object that says, in plain JSON, that an archive is encrypted.
 *
 * @param encryption names the look of encrypted objects
 * @param since when it was written, RFC 3339
 * @param plainObjects whether there were objects before, which stay as they are
 */
record EncryptionMark(
    @JsonProperty("formatVersion") int formatVersion,
    @JsonProperty("encryption") String encryption,
    @JsonProperty("since") String since,
    @JsonProperty("plainObjects") PlainObjects plainObjects) {

  static final int FORMAT_VERSION = 1;
  static final String ENCRYPTION = "AES256-GCM-HKDF-SHA256-64KiB";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  /** Objects that are not encrypted. */
  enum PlainObjects {
    /** There have never been any: whatever is not encrypted is not ours. */
    NONE,
    /** Those that were there when encryption was turned on. */
    BEFORE;

    @JsonValue
    String text() {
      return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
    }

    @JsonCreator
    static PlainObjects of(String text) {
      for (PlainObjects one : values()) {
        if (one.text().equals(text)) {
          return one;
        }
      }
      throw new IllegalArgumentException("plainObjects is " + text);
    }
  }

  byte[] toJson() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot be written as JSON: " + this, e);
    }
  }

  /**
   * @throws IOException when it is no mark that this release can read; the message says why
   */
  static EncryptionMark parse(byte[] json) throws IOException {
    EncryptionMark mark = JSON.readValue(json, EncryptionMark.class);
    if (mark == null) {
      throw new IOException("it is empty");
    }
    if (mark.formatVersion != FORMAT_VERSION || !mark.encryption.equals(ENCRYPTION)) {
      throw new IOException(
          "it has format %d and encryption %s, and this release knows %d and %s"
              .formatted(mark.formatVersion, mark.encryption, FORMAT_VERSION, ENCRYPTION));
    }
    return mark;
  }
}
