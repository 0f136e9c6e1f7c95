package io.dosql.engine.sqlite;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The words that the library's parser knows; they never change, so they are read once. */
final class KeywordList {

  static final List<String> KEYWORDS = read();

  private KeywordList() {}

  private static List<String> read() {
    int count = LibraryCalls.keywordCount();
    List<String> keywords = new ArrayList<>(count);
    NativeBuffer found = NativeBuffer.allocate(2L * Long.BYTES);
    try {
      for (int i = 0; i < count; i++) {
        int code = LibraryCalls.keywordName(i, found.address(), found.address() + Long.BYTES);
        if (code == Native.OK) {
          keywords.add(text(found.longAt(0), found.intAt(Long.BYTES)));
        }
      }
    } finally {
      found.free();
    }
    return List.copyOf(keywords);
  }

  private static String text(long address, int length) {
    return new String(
        Native.MEMORY.asSlice(address, length).toArray(JAVA_BYTE), StandardCharsets.US_ASCII);
  }
}
