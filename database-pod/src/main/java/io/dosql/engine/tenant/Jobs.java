package io.dosql.engine.tenant;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a tenant's work runs: what writes on its strand, what reads on any reader thread. */
final class Jobs {

  private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);

  private final TenantName tenant;
  private final Strand strand;
  private final Executor readers;

  Jobs(TenantName tenant, Strand strand, Executor readers) {
    this.tenant = tenant;
    this.strand = strand;
    this.readers = readers;
  }

  <T> T onStrand(Callable<T> job) {
    return join(strand.submit(job));
  }

  void onStrandLater(Runnable job) {
    strand
        .submit(
            () -> {
              job.run();
              return true;
            })
        .exceptionally(this::failedInBackground);
  }

  <T> T onReader(Callable<T> job) {
    CompletableFuture<T> result = new CompletableFuture<>();
    onReader(result, job);
    return join(result);
  }

  /** Does not wait for it; throws nothing but that the pool takes no more. */
  <T> void onReader(CompletableFuture<T> result, Callable<T> job) {
    readers.execute(
        () -> {
          try {
            result.complete(job.call());
          } catch (Throwable failure) {
            result.completeExceptionally(failure);
          }
        });
  }

  /** Does not wait for it, and tells the log if it fails; false if the pool takes no more. */
  CompletableFuture<Boolean> onReaderLater(Runnable job) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    try {
      onReader(
          done,
          () -> {
            job.run();
            return true;
          });
    } catch (RejectedExecutionException poolHasEnded) {
      done.complete(false);
    }
    return done.exceptionally(this::failedInBackground);
  }

  private boolean failedInBackground(Throwable failure) {
    LOG.error("tenant {}: a background job failed", tenant, failure);
    return false;
  }

  /** Waits without giving up: the job's own deadline ends it, and its outcome must be known. */
  static <T> T join(CompletableFuture<T> result) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException later) {
          interrupted = true;
        } catch (ExecutionException failure) {
          throw asUnchecked(failure.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  static RuntimeException asUnchecked(@Nullable Throwable cause) {
    return switch (cause) {
      case RuntimeException unchecked -> unchecked;
      case Error error -> throw error;
      case IOException disk -> new UncheckedIOException(disk);
      case null, default -> new IllegalStateException(cause);
    };
  }
}
