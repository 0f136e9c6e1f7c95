package io.dosql.engine.archive.restore;

import io.dosql.engine.archive.log.LogObject;
import io.dosql.engine.archive.log.TenantEntry;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * One tenant's parts of a log object, looked up and read ahead on a thread of its own, in the
 * memory of a {@link Readahead}. One reader, which verifies them.
 */
final class SliceAhead implements Closeable {

  private record Slice(LogObject object, TenantEntry entry) {}

  private final FutureTask<Slice> slice;
  private final Readahead bytes;

  /** Begins to read. */
  SliceAhead(OpenedObjects objects, String tenant, long number) {
    FutureTask<Slice> search = new FutureTask<>(() -> find(objects, tenant, number));
    this.slice = search;
    this.bytes =
        new Readahead(
            tenant + "-" + number,
            () -> {
              search.run();
              Slice found = result(search);
              return found.object().openParts(found.entry());
            });
  }

  private static Slice find(OpenedObjects objects, String tenant, long number) {
    SeenObject seen = objects.open(number);
    TenantEntry entry =
        seen.index()
            .find(tenant)
            .orElseThrow(
                () ->
                    new DosqlException(
                        ErrorCode.STORAGE_CHECKSUM_MISMATCH,
                        "%s should hold commits of tenant %s, but holds none."
                            .formatted(seen.object().key(), tenant)));
    return new Slice(seen.object(), entry);
  }

  /** Reads the parts, waiting for those that have not come yet. */
  void visitParts(LogObject.PartVisitor visitor) throws IOException {
    Slice found = result(slice);
    found.object().visitParts(found.entry(), bytes, visitor);
  }

  private static Slice result(FutureTask<Slice> search) throws IOException {
    try {
      return search.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while reading ahead", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DosqlException told) {
        throw told;
      }
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    bytes.close();
  }
}
