package io.dosql.engine.json;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Jackson lets some malformed UTF-8 pass, such as encoded surrogates; the JDK's decoder none. */
final class Utf8 {

  private static final int CHUNK_CHARS = 8192;

  private Utf8() {}

  /** Fails with INVALID_REQUEST unless all of {@code bytes} is UTF-8. */
  static void check(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(Math.min(CHUNK_CHARS, bytes.length + 1));
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CoderResult result;
    do {
      out.clear();
      result = decoder.decode(in, out, true);
    } while (result.isOverflow());
    if (result.isError()) {
      throw new DosqlException(
          ErrorCode.INVALID_REQUEST,
          "The body is not valid UTF-8 at byte " + in.position() + ", counted from 0.");
    }
  }
}
