package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.SqliteConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** What happens to a tenant as a whole: its content is replaced, or it is deleted. */
public final class TenantChange {

  private static final Duration STRAND_MAX = Duration.ofSeconds(60);

  private final Tenant tenant;
  private final TenantParts parts;
  private final TenantLife life;
  private final ReentrantLock lock;

  TenantChange(Tenant tenant, TenantParts parts) {
    this.tenant = tenant;
    this.parts = parts;
    this.life = tenant.life();
    this.lock = life.lock;
  }

  /**
   * What came of filling a tenant.
   *
   * @param lsn of the commit that is its content
   * @param aside the name of the folder, beside the tenant's, with the damaged files that it
   *     replaced; null if there were none
   */
  public record Filled(long lsn, @Nullable String aside) {}

  // ---- In place

  /** See {@link Tenant#replaceWith}. */
  long replaceWith(
      TenantDatabase database, SqliteConnection source, Duration timeout, Runnable save) {
    boolean isShown = beginInPlace(database);
    try {
      return database.replaceWith(source, timeout, save);
    } finally {
      if (isShown) {
        boolean _ = move(database, TenantState.RESTORING, TenantState.AWAKE);
      }
    }
  }

  /** A deletion that has begun must not meet a restore, nor the other way round. */
  private boolean beginInPlace(TenantDatabase database) {
    lock.lock();
    try {
      life.requireNotClosed();
      return move(database, TenantState.AWAKE, TenantState.RESTORING);
    } finally {
      lock.unlock();
    }
  }

  private boolean move(TenantDatabase database, TenantState from, TenantState to) {
    lock.lock();
    try {
      // Whoever has taken the database to close it goes on from the state that it has.
      boolean moves = tenant.databaseIfAwake() == database && tenant.state() == from;
      if (moves) {
        life.transition(to, "a restore in place");
      }
      return moves;
    } finally {
      lock.unlock();
    }
  }

  // ---- Anew

  /** See {@link Tenant#fill}. */
  Filled fill(SqliteConnection source, Duration timeout, String reason, LongConsumer told) {
    TenantState before = begin(reason);
    try {
      long base =
          before == TenantState.ABSENT
              ? parts.folders().baseLsn(tenant.name())
              : new TenantFacts(tenant, parts).lastLsnOrMore();
      told.accept(base + 1);
      return new TenantFilling(tenant.name(), parts, base).run(source, timeout, this::filled);
    } catch (TenantFilling.InTheWayException lasting) {
      life.setLastingDamage(Tenant.message(lasting));
      failed(TenantState.QUARANTINED, Tenant.message(lasting));
      throw new DosqlException(ErrorCode.RESTORE_FAILED, Tenant.message(lasting), lasting);
    } catch (IOException failure) {
      failed(before, Tenant.message(failure));
      throw new DosqlException(
          ErrorCode.RESTORE_FAILED,
          "the content of tenant %s could not be put in place: %s"
              .formatted(tenant.name(), Tenant.message(failure)),
          failure);
    } catch (RuntimeException failure) {
      failed(before, Tenant.message(failure));
      throw failure;
    }
  }

  private TenantState begin(String reason) {
    lock.lock();
    try {
      life.requireNotClosed();
      TenantState before = tenant.state();
      if (!tenant.isUnwanted() || before == TenantState.RESTORING) {
        throw life.busy("somebody else uses or replaces it");
      }
      if (before != TenantState.ABSENT && before != TenantState.QUARANTINED) {
        throw new DosqlException(
            ErrorCode.TENANT_EXISTS, "tenant %s is there already".formatted(tenant.name()));
      }
      life.transition(TenantState.RESTORING, reason);
      return before;
    } finally {
      lock.unlock();
    }
  }

  private void filled() {
    forgetLoss();
    life.setLastingDamage(null);
    life.transition(TenantState.ASLEEP, "its content is in place");
  }

  /**
   * All of the tenant has been replaced or removed, so that what the log lost of it does not matter
   * any more. Before anybody may use it again: a later start would take away what they write.
   */
  private void forgetLoss() {
    try {
      parts.environment().lostCommits().remove(tenant.name());
      if (parts.environment().lostCommits().all().isEmpty()) {
        parts.environment().log().discardEvidence();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void failed(TenantState before, String why) {
    lock.lock();
    try {
      if (tenant.state() != TenantState.RESTORING) {
        return;
      }
      if (before == TenantState.ABSENT) {
        life.transition(TenantState.ABSENT, why);
      } else {
        life.stayInQuarantine(why);
      }
    } finally {
      lock.unlock();
    }
  }

  // ---- Not at all

  /**
   * Deletes the tenant, durably: its files, and what the log holds of it. Who uses it is stopped,
   * and told. What fails has deleted nothing, but for TIMEOUT, after which it may still be deleted.
   *
   * @param deleted called once the tenant is gone
   */
  void delete(Runnable deleted) {
    lock.lock();
    try {
      life.requireNotClosed();
      if (tenant.state() == TenantState.RESTORING) {
        throw life.busy("its content is being put in place");
      }
      life.closeFor(life.busy("it is being deleted"));
    } finally {
      lock.unlock();
    }
    TenantDatabase open = tenant.databaseIfAwake();
    if (open != null) {
      open.interruptWriter("the tenant is being deleted");
    }
    await(
        tenant
            .strand()
            .submit(this::deleteNow)
            .whenComplete(
                (done, failure) -> {
                  life.closeFor(failure == null ? gone() : null);
                  if (failure == null) {
                    deleted.run();
                  }
                }));
  }

  /** Lets go of a name that nothing has come of; whether nobody may use this any more. */
  boolean forgetIfAbsent() {
    lock.lock();
    try {
      boolean isAbsent = tenant.state() == TenantState.ABSENT && tenant.isUnwanted();
      if (isAbsent) {
        life.closeFor(gone());
      }
      return isAbsent;
    } finally {
      lock.unlock();
    }
  }

  private DosqlException gone() {
    return new DosqlException(
        ErrorCode.NOT_FOUND, "tenant %s was deleted".formatted(tenant.name()));
  }

  private boolean deleteNow() throws IOException {
    tenant.closeUnclosed();
    if (tenant.state() == TenantState.RESTORING) {
      throw life.busy("its content is being put in place");
    }
    Tenant.Opened opened = tenant.takeEvenIfUsed("it is being deleted");
    if (opened != null) {
      opened.database().leaveService("the tenant was deleted");
      tenant.close(opened);
    } else if (tenant.state() == TenantState.AWAKE) {
      // Somebody's wake, which comes next, will close the broken database: its files are open.
      throw life.busy("it is being recovered");
    }
    if (tenant.state() != TenantState.ABSENT) {
      long lsn = new TenantFacts(tenant, parts).lastLsnOrMore();
      parts.folders().delete(tenant.name(), lsn);
      forgetLoss();
      life.transition(TenantState.ABSENT, "it is deleted");
    }
    return true;
  }

  private void await(CompletableFuture<Boolean> job) {
    try {
      boolean _ = job.get(STRAND_MAX.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new DosqlException(
          ErrorCode.CONNECTION_ERROR,
          "interrupted while waiting for tenant " + tenant.name(),
          stop);
    } catch (TimeoutException slow) {
      throw new DosqlException(
          ErrorCode.TIMEOUT,
          "tenant %s was busy for longer than %d s"
              .formatted(tenant.name(), STRAND_MAX.toSeconds()),
          slow);
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof DosqlException told) {
        throw TenantLife.again(told);
      }
      throw life.busy(Tenant.message(failure.getCause()));
    }
  }
}
