package io.dosql.engine.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.jpountz.lz4.LZ4Factory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Laying out and compressing one commit: what each commit costs before it is in memory. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class PartEncoderBenchmark {

  private static final int PAGE_BYTES = 4096;

  /** Pages of the commit; a single-row insert has one or two. */
  @Param({"1", "16"})
  public int pages;

  private final PartEncoder encoder =
      new PartEncoder(LZ4Factory.fastestInstance().fastCompressor());
  private CommitPart part = commit(1);

  @Setup
  public void prepare() {
    part = commit(pages);
  }

  private static CommitPart commit(int pages) {
    List<PageImage> images = new ArrayList<>();
    for (int number = 1; number <= pages; number++) {
      ByteBuffer page = ByteBuffer.allocate(PAGE_BYTES);
      for (int row = 0; page.remaining() > 64; row++) {
        page.put(
            "value-%08d-abcdefghijklmnopqrstuvwxyz"
                .formatted(number * 100 + row)
                .getBytes(StandardCharsets.US_ASCII));
      }
      images.add(new PageImage(number, page.clear()));
    }
    return new CommitPart("bench", 1, 1, true, true, pages, PAGE_BYTES, images, List.of());
  }

  @Benchmark
  public Object encode() {
    return encoder.encode(part);
  }
}
