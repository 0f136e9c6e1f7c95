package io.dosql.benchmarks.hot;

import io.dosql.engine.json.JsonReader;
import io.dosql.engine.json.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** JSON as the endpoints read and write it. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class JsonBenchmark {

  private final byte[] request =
      "{\"sql\":\"INSERT INTO t (v) VALUES (?)\",\"params\":[\"value-00000042-abcdefghijklmnop\"]}"
          .getBytes(StandardCharsets.UTF_8);

  @Benchmark
  public Object readRequest() {
    return JsonReader.read(
        request,
        json -> {
          List<Object> found = new ArrayList<>();
          json.object(
              field -> {
                if (field.equals("sql")) {
                  found.add(json.string());
                } else {
                  json.array(() -> found.add(json.string()));
                }
              });
          return found;
        });
  }

  @Benchmark
  public Object writeTenRows() {
    JsonWriter json = new JsonWriter();
    json.beginObject().name("rows").beginArray();
    for (int row = 0; row < 10; row++) {
      json.beginArray().value(row).value("value-00000042-abcdefghijklmnop").value(4.25).endArray();
    }
    return json.endArray().endObject().toBuffer();
  }
}
