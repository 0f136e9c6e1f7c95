package io.dosql.engine.main;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.tenant.Tenants;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/** The tenants, for who is there before they are opened and waits for them. Any thread. */
final class OpenedTenants implements Supplier<Tenants> {

  private final CompletableFuture<Tenants> opened = new CompletableFuture<>();

  void areOpened(Tenants tenants) {
    boolean _ = opened.complete(tenants);
  }

  @Override
  public Tenants get() {
    try {
      return opened.get();
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
      throw new DosqlException(
          ErrorCode.RESOURCE_EXHAUSTED, "The pod ends before it has begun.", closing);
    } catch (ExecutionException impossible) {
      throw new IllegalStateException("nobody tells of a failure here", impossible);
    }
  }
}
