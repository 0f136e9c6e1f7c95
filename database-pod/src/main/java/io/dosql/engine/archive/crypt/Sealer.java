package io.dosql.engine.archive.crypt;

import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;
import com.google.crypto.tink.subtle.StreamSegmentDecrypter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;

/** The cipher of {@link SealedFormat} with one key. Any number of threads. */
final class Sealer {

  private static final String HKDF = "HmacSha256";

  private final EncryptionKey key;
  private final byte[] header;
  private final AesGcmHkdfStreaming objects;
  private final AesGcmHkdfStreaming metadata;

  Sealer(EncryptionKey key) {
    this.key = key;
    this.header = SealedFormat.header(key.name());
    this.objects = cipher(key, SealedFormat.HEADER_BYTES);
    this.metadata = cipher(key, 0);
  }

  private static AesGcmHkdfStreaming cipher(EncryptionKey key, int firstSegmentOffset) {
    try {
      return new AesGcmHkdfStreaming(
          key.secret(),
          HKDF,
          EncryptionKey.SECRET_BYTES,
          SealedFormat.SEGMENT_BYTES,
          firstSegmentOffset);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform must have AES-GCM and HMAC", e);
    }
  }

  EncryptionKey key() {
    return key;
  }

  /** Writes the object that {@code content} becomes under {@code relativeKey}. */
  void seal(String relativeKey, InputStream content, OutputStream target) throws IOException {
    target.write(header);
    try (OutputStream sealing =
        objects.newEncryptingStream(target, SealedFormat.objectContext(header, relativeKey))) {
      content.transferTo(sealing);
    } catch (GeneralSecurityException e) {
      throw unexpected(e);
    }
  }

  /**
   * The cipher for reading an object's segments.
   *
   * @param preamble the first {@link SealedFormat#PREAMBLE_BYTES} bytes
   * @throws GeneralSecurityException when the preamble cannot be one
   */
  StreamSegmentDecrypter opener(String relativeKey, byte[] preamble)
      throws GeneralSecurityException {
    StreamSegmentDecrypter opener = objects.newStreamSegmentDecrypter();
    opener.init(
        ByteBuffer.wrap(preamble, SealedFormat.HEADER_BYTES, SealedFormat.CIPHER_HEADER_BYTES),
        SealedFormat.objectContext(preamble, relativeKey));
    return opener;
  }

  byte[] sealMetadata(String relativeKey, byte[] plain) {
    ByteArrayOutputStream sealed = new ByteArrayOutputStream();
    try (OutputStream sealing =
        metadata.newEncryptingStream(sealed, SealedFormat.metadataContext(header, relativeKey))) {
      sealing.write(plain);
    } catch (GeneralSecurityException e) {
      throw unexpected(e);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return sealed.toByteArray();
  }

  /**
   * @throws IOException when they were altered, or are of another object or key
   */
  byte[] openMetadata(String relativeKey, byte[] sealed) throws IOException {
    try (InputStream opening =
        metadata.newDecryptingStream(
            new ByteArrayInputStream(sealed), SealedFormat.metadataContext(header, relativeKey))) {
      return opening.readAllBytes();
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static IllegalStateException unexpected(GeneralSecurityException e) {
    return new IllegalStateException("encrypting failed", e);
  }
}
