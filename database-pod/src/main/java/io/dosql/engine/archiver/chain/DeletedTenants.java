package io.dosql.engine.archiver.chain;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.chain.ChainState;
import io.dosql.engine.archive.chain.Deletion;
import io.dosql.engine.error.DosqlException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down in the archive which tenants were deleted, so that restores do not bring them back
 * and their chains can go. What the pod's folders remember of deletions is looked at every second;
 * what they may have forgotten is found by {@link #lookAtAll}.
 *
 * <p>A deletion is written only when two more log objects were stored after the tenant was seen to
 * be gone: the second one was begun after that, and proves that the line had no other writer by
 * then, who might know the tenant. Where nobody writes, two empty ones are asked for. One thread.
 */
final class DeletedTenants {

  private static final Logger LOG = LoggerFactory.getLogger(DeletedTenants.class);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
  private static final int OBJECTS_BEFORE = 2;

  private final ChainContext context;
  private final ChainStates states;

  /** Of those that the pod's folders tell of: what is written down, or is about to be. */
  private final Map<String, Long> noted = new HashMap<>();

  private final Deque<Note> notes = new ArrayDeque<>();

  /** Tenants with chains that are to be looked at. */
  private final Deque<String> unseen = new ArrayDeque<>();

  private boolean isToLookAtAll;
  private boolean hasLooked;
  private long lookDue;

  /**
   * What is to be written.
   *
   * @param provedBy how many log objects must have been stored before
   * @param mayBeKnown whether a process before may have written it
   */
  private record Note(Deletion deletion, long provedBy, boolean mayBeKnown) {}

  DeletedTenants(ChainContext context, ChainStates states) {
    this.context = context;
    this.states = states;
    this.lookDue = context.nanoTime().getAsLong();
  }

  /** The log was given up to some position: with it went what the folders remember. */
  void lookAtAll() {
    isToLookAtAll = true;
  }

  /** Looks what was deleted, if it is time to. Asks the pod only. */
  void look() {
    if (lookDue - context.nanoTime().getAsLong() > 0) {
      return;
    }
    lookDue = context.nanoTime().getAsLong() + LOOK_EVERY.toNanos();
    Map<String, Long> deleted = context.tenants().deleted();
    noted.keySet().retainAll(deleted.keySet());
    deleted.forEach(
        (tenant, lsn) -> {
          if (noted.getOrDefault(tenant, 0L) < lsn && isGone(tenant)) {
            note(tenant, lsn, !hasLooked);
            noted.put(tenant, lsn);
          }
        });
    hasLooked = true;
  }

  private boolean isGone(String tenant) {
    return context.tenants().voidTo(tenant).isPresent();
  }

  /**
   * Does one task; false if there is none now.
   *
   * @throws DosqlException when the store fails; the task will come again
   */
  boolean step() {
    if (context.archive().isFenced()) {
      return false;
    }
    if (!notes.isEmpty() && advance(notes.getFirst())) {
      return true;
    }
    if (!unseen.isEmpty()) {
      look(unseen.getFirst());
      unseen.removeFirst();
      return true;
    }
    if (isToLookAtAll) {
      context.rate().acquire();
      unseen.addAll(context.catalog().tenants());
      isToLookAtAll = false;
      return true;
    }
    return false;
  }

  /** Looks at a tenant that has a chain: whether it is gone, and nobody wrote that down. */
  private void look(String tenant) {
    if (!ArchiveLayout.isTenant(tenant) || noted.containsKey(tenant)) {
      return;
    }
    OptionalLong voidTo = context.tenants().voidTo(tenant);
    if (voidTo.isEmpty()) {
      return;
    }
    ChainState chain = states.get(tenant);
    long end = Math.max(chain.end(), chain.snapshot());
    if (!isKnown(tenant, end + 1)) {
      // Whatever it had behind the chain's end was never archived, or the number would follow.
      note(tenant, Math.max(voidTo.getAsLong(), end + 1), false);
    }
  }

  private boolean isKnown(String tenant, long lsn) {
    context.rate().acquire();
    return context.deletions().of(tenant).stream().anyMatch(known -> known.lsn() >= lsn);
  }

  /** The time is taken after the tenant was seen to be gone: none of its commits is later. */
  private void note(String tenant, long lsn, boolean mayBeKnown) {
    Instant clock = context.clock().instant();
    Instant log = context.log().latestTime();
    Instant time = Instant.ofEpochMilli((clock.isAfter(log) ? clock : log).toEpochMilli());
    notes.add(
        new Note(
            new Deletion(tenant, lsn, time),
            context.archive().stored() + OBJECTS_BEFORE,
            mayBeKnown));
  }

  /** Does the next thing for the first note; false if it has to wait. */
  private boolean advance(Note first) {
    Deletion deletion = first.deletion();
    if (first.mayBeKnown()) {
      boolean isKnown = isKnown(deletion.tenant(), deletion.lsn());
      notes.removeFirst();
      if (!isKnown) {
        notes.addFirst(new Note(deletion, first.provedBy(), false));
      }
      return true;
    }
    if (context.archive().stored() < first.provedBy()) {
      context.archive().storeAtLeast(first.provedBy());
      return false;
    }
    write(deletion);
    notes.removeFirst();
    return true;
  }

  private void write(Deletion deletion) {
    context.rate().acquire();
    context.deletions().put(deletion);
    LOG.info(
        "tenant {} is gone by {}: the archive forgets it when that is out of the window",
        deletion.tenant(),
        deletion.time());
  }
}
