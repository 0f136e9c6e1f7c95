package io.dosql.engine.archive.crypt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class SealedFormatProperties {

  private final Sealer sealer = new Sealer(FixedKeys.key("k1", 1));

  @Property
  void plainSizeFollowsFromStoredSize(@ForAll @LongRange(min = 0, max = 1L << 50) long plain) {
    assertThat(SealedFormat.plainBytes(SealedFormat.storedBytes(plain))).hasValue(plain);
  }

  @Property
  void aSizeThatNoObjectHasIsNotTakenForOne(
      @ForAll @LongRange(min = 0, max = 1L << 50) long stored) {
    SealedFormat.plainBytes(stored)
        .ifPresent(plain -> assertThat(SealedFormat.storedBytes(plain)).isEqualTo(stored));
  }

  @Property(tries = 200)
  void whatIsStoredHasTheSizeThatWasForetold(
      @ForAll @IntRange(max = 3 * SealedFormat.SEGMENT_BYTES) int size) throws IOException {
    assertThat(sealed(size)).isEqualTo(SealedFormat.storedBytes(size));
  }

  @Example
  void theSizesAroundTheEndsOfSegmentsAreForetold() throws IOException {
    int first = SealedFormat.SEGMENT_PLAIN_BYTES - SealedFormat.PREAMBLE_BYTES;
    int second = first + SealedFormat.SEGMENT_PLAIN_BYTES;
    for (int size : new int[] {0, 1, first - 1, first, first + 1, second - 1, second, second + 1}) {
      assertThat(sealed(size)).isEqualTo(SealedFormat.storedBytes(size));
      assertThat(SealedFormat.plainBytes(SealedFormat.storedBytes(size))).hasValue(size);
    }
  }

  @Example
  void metadataOpenOnlyForTheirObjectAndKey() throws IOException {
    byte[] plain = {1, 2, 3};
    byte[] sealed = sealer.sealMetadata("a", plain);

    assertThat(sealer.openMetadata("a", sealed)).isEqualTo(plain);
    assertThat(opens(sealer, "b", sealed)).isFalse();
    assertThat(opens(new Sealer(FixedKeys.key("k1", 2)), "a", sealed)).isFalse();
    assertThat(opens(new Sealer(FixedKeys.key("k2", 1)), "a", sealed)).isFalse();
    for (int i = 0; i < sealed.length; i++) {
      byte[] altered = sealed.clone();
      altered[i] ^= 1;
      assertThat(opens(sealer, "a", altered)).isFalse();
      assertThat(opens(sealer, "a", Arrays.copyOf(sealed, i))).isFalse();
    }
  }

  private static boolean opens(Sealer sealer, String key, byte[] sealed) {
    try {
      var _ = sealer.openMetadata(key, sealed);
      return true;
    } catch (IOException refused) {
      return false;
    }
  }

  private long sealed(int size) throws IOException {
    byte[] plain = new byte[size];
    new Random(size).nextBytes(plain);
    ByteArrayOutputStream stored = new ByteArrayOutputStream();
    sealer.seal("a/b", new ByteArrayInputStream(plain), stored);
    return stored.size();
  }
}
