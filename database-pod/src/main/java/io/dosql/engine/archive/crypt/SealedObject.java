package io.dosql.engine.archive.crypt;

import static io.dosql.engine.error.ErrorCode.STORAGE_CHECKSUM_MISMATCH;

import com.google.crypto.tink.subtle.StreamSegmentDecrypter;
import io.dosql.engine.error.DosqlException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/** One encrypted object whose preamble was read and whose key is at hand. One thread. */
final class SealedObject {

  private final String name;
  private final StreamSegmentDecrypter opener;

  /**
   * @param name for messages
   * @param preamble its first bytes
   * @throws DosqlException {@code STORAGE_CHECKSUM_MISMATCH} when there are too few of them
   */
  SealedObject(Sealer sealer, String name, String relativeKey, byte[] preamble) {
    this.name = name;
    if (preamble.length < SealedFormat.PREAMBLE_BYTES) {
      throw damaged(name, "it ends at byte %d, too early".formatted(preamble.length), null);
    }
    try {
      this.opener = sealer.opener(relativeKey, preamble);
    } catch (GeneralSecurityException e) {
      throw damaged(name, "its header is not one of this format", e);
    }
  }

  /**
   * The content from a segment on.
   *
   * @param stored the object from where the segment begins, behind the preamble if it is the first
   */
  InputStream content(InputStream stored, long segment) {
    return new OpeningStream(
        stored, opener, segment, (offset, reason) -> damaged(name, reason, null));
  }

  static DosqlException damaged(String name, String reason, @Nullable Throwable cause) {
    return new DosqlException(
            STORAGE_CHECKSUM_MISMATCH,
            "The encrypted object %s is damaged, or lay under another key: %s."
                .formatted(name, reason),
            cause)
        .withSuggestion(
            "Put the object back as it was written; else restore from a backup or a moment that"
                + " does not need it.");
  }
}
