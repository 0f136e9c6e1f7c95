package io.dosql.engine.archive.store;

import java.util.Map;
import java.util.regex.Pattern;

/** What an S3 server is asked to encrypt new objects with, by itself and with keys of its own. */
public sealed interface ServerSideEncryption {

  /** The headers of a request that begins an object. */
  Map<String, String> headers();

  /** Nothing is asked: the bucket's own settings count. */
  record ByBucket() implements ServerSideEncryption {

    @Override
    public Map<String, String> headers() {
      return Map.of();
    }
  }

  /** With the store's own keys (SSE-S3). */
  record Aes256() implements ServerSideEncryption {

    @Override
    public Map<String, String> headers() {
      return Map.of("x-amz-server-side-encryption", "AES256");
    }
  }

  /**
   * With a key of a key management service (SSE-KMS).
   *
   * @param keyId id, alias or ARN of the key; empty for the account's default
   */
  record Kms(String keyId) implements ServerSideEncryption {

    private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9:/_.+=@-]{0,2048}");

    public Kms {
      if (!isKeyId(keyId)) {
        throw new IllegalArgumentException("not the id of a KMS key: \"" + keyId + "\"");
      }
    }

    /** Whether a text can be the id of a key, or is empty. */
    public static boolean isKeyId(String text) {
      return KEY_ID.matcher(text).matches();
    }

    @Override
    public Map<String, String> headers() {
      return keyId.isEmpty()
          ? Map.of("x-amz-server-side-encryption", "aws:kms")
          : Map.of(
              "x-amz-server-side-encryption",
              "aws:kms",
              "x-amz-server-side-encryption-aws-kms-key-id",
              keyId);
    }
  }
}
