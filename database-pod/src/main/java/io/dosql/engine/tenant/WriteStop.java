package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Refuses writes of all tenants for a reason that lies outside of them, such as an archive that
 * does not follow. Reads go on, and so does a transaction that has begun. Any thread.
 */
public final class WriteStop {

  private volatile @Nullable Supplier<DosqlException> refusal;

  /**
   * From now on writes are refused.
   *
   * @param refusal makes what a client is told; called once for each
   */
  public void stop(Supplier<DosqlException> refusal) {
    this.refusal = refusal;
  }

  /** From now on writes are accepted. */
  public void resume() {
    refusal = null;
  }

  public boolean isStopped() {
    return refusal != null;
  }

  /** Before a transaction that writes. */
  public void check() {
    Supplier<DosqlException> current = refusal;
    if (current != null) {
      throw current.get();
    }
  }
}
