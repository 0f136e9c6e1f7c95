package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.LogHold;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All tenants of this pod, by name. Thread safe. */
public final class Tenants implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Tenants.class);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  private final TenantEnvironment environment;
  private final TenantAdmission admission;
  private final TenantParts parts;
  private final TenantRegister register;
  private final ConcurrentSkipListMap<TenantName, Tenant> byName = new ConcurrentSkipListMap<>();
  private final Maintenance maintenance;

  /** So that what is registered, and what a tenant knows of itself, is the same. */
  private final ReentrantLock pinning = new ReentrantLock();

  /**
   * Who may be made by being named.
   *
   * @param open any name; else only the declared ones and {@code main}
   */
  public record TenantAdmission(boolean open, Set<TenantName> declared) {
    public TenantAdmission {
      declared = Set.copyOf(declared);
    }

    boolean admits(TenantName name) {
      return open || isDeclared(name);
    }

    boolean isDeclared(TenantName name) {
      return name.equals(TenantName.MAIN) || declared.contains(name);
    }
  }

  /**
   * Finds the tenants that are there: folders, and names that only the log knows. Opens none of
   * them, so a pod with thousands starts as fast as an empty one.
   */
  public static Tenants open(TenantEnvironment environment, TenantAdmission admission)
      throws IOException {
    return open(environment, admission, LifeLimits.defaults(environment.limits()));
  }

  public static Tenants open(
      TenantEnvironment environment, TenantAdmission admission, LifeLimits life)
      throws IOException {
    Tenants tenants = openUntended(environment, admission, life, TenantFolders.Steps.UNHEARD);
    tenants.maintenance.start();
    return tenants;
  }

  /** As {@link #open}, but maintenance is what the caller makes of {@link #maintain}. */
  static Tenants openUntended(TenantEnvironment environment, TenantAdmission admission)
      throws IOException {
    return openUntended(
        environment,
        admission,
        LifeLimits.defaults(environment.limits()),
        TenantFolders.Steps.UNHEARD);
  }

  static Tenants openUntended(
      TenantEnvironment environment,
      TenantAdmission admission,
      LifeLimits life,
      TenantFolders.Steps steps)
      throws IOException {
    TenantFolders.Found found = TenantFolders.open(environment.folder(), environment.log(), steps);
    Tenants tenants = new Tenants(environment, admission, life, found.folders());
    tenants.find(found.tenants());
    return tenants;
  }

  private Tenants(
      TenantEnvironment environment,
      TenantAdmission admission,
      LifeLimits life,
      TenantFolders folders) {
    if (life.maxPinned() >= environment.limits().maxAwake()) {
      throw new IllegalArgumentException("maxPinned must be less than maxAwake");
    }
    this.environment = environment;
    this.admission = admission;
    this.register = TenantRegister.open(environment.folder());
    TenantCensus census = new TenantCensus();
    this.parts =
        new TenantParts(
            environment,
            life,
            folders,
            new AwakeTenants(environment.limits().maxAwake(), life.awakeWait(), census),
            census);
    this.maintenance = new Maintenance(parts, register, byName::get);
  }

  private void find(List<TenantName> folders) throws IOException {
    for (TenantName name : folders) {
      Tenant _ = add(name, TenantState.ASLEEP);
    }
    for (String name : environment.log().tenants()) {
      Tenant _ = add(new TenantName(name), TenantState.ASLEEP);
    }
    environment.lostCommits().load(byName.keySet());
    // Of those that are there: a tenant that is made later lost nothing.
    new DamageJudgement(environment).judge(byName.keySet());
    for (String name : environment.log().tenants()) {
      lookAtState(add(new TenantName(name), TenantState.ASLEEP));
    }
    for (LostCommits.Loss loss : environment.lostCommits().all()) {
      quarantine(new TenantName(loss.tenant()), loss.message(), true);
    }
    Tenant _ = add(TenantName.MAIN, TenantState.ABSENT);
    for (TenantName name : admission.declared()) {
      Tenant _ = add(name, TenantState.ABSENT);
    }
    for (TenantName name : register.quarantined()) {
      quarantine(name, "it could not be opened before the pod restarted", false);
      Tenant tenant = byName.get(name);
      if (tenant != null) {
        // It may have been mended meanwhile: whoever comes first finds out.
        tenant.life().retryNow();
      }
    }
    for (TenantName name : register.pinned()) {
      Tenant tenant = byName.get(name);
      if (tenant != null) {
        tenant.setPinned(true);
      }
    }
  }

  /** One tenant whose state is damaged must not keep the others from being served. */
  private void lookAtState(Tenant tenant) {
    try {
      TenantFiles.State _ = tenant.files().readState();
      maintenance.tellRedoPointOf(tenant);
    } catch (IOException damaged) {
      // The log keeps its commits: it heard of no redo point.
      tenant.foundDamaged(Tenant.message(damaged), false);
    }
  }

  /** The tenant of that name; made in that state if it is not there. */
  private Tenant add(TenantName name, TenantState state) {
    Tenant there = byName.get(name);
    if (there != null) {
      return there;
    }
    Tenant made = new Tenant(name, parts, state);
    Tenant first = byName.putIfAbsent(name, made);
    if (first != null) {
      return first;
    }
    parts.census().entered(state);
    return made;
  }

  /**
   * Says that a tenant, which nobody has used yet, is known to be damaged.
   *
   * @param isLasting whether only a restore can heal it; else it is tried again after a while
   */
  public void quarantine(TenantName name, String reason, boolean isLasting) {
    Tenant tenant = byName.get(name);
    if (tenant != null) {
      tenant.foundDamaged(reason, isLasting);
    }
  }

  /** The tenant of that name; NOT_FOUND when it is not there and may not be made. */
  public Tenant get(TenantName name) {
    Tenant tenant = byName.get(name);
    if (tenant != null) {
      return tenant;
    }
    requireAdmitted(name);
    return add(name, TenantState.ABSENT);
  }

  private void requireAdmitted(TenantName name) {
    if (!admission.admits(name)) {
      throw noTenant(name)
          .withSuggestion("Add it to spec.tenants.names of the database, or use mode Open.");
    }
    if (byName.size() >= environment.limits().maxTenants()) {
      throw new DosqlException(
          ErrorCode.QUOTA_EXCEEDED,
          "the database has %d tenants already, the limit maxTenants".formatted(byName.size()));
    }
    environment.disk().check();
  }

  private static DosqlException noTenant(TenantName name) {
    return new DosqlException(ErrorCode.NOT_FOUND, "there is no tenant " + name);
  }

  /** The tenant of that name if it is there. */
  public @Nullable Tenant find(TenantName name) {
    return byName.get(name);
  }

  /** The tenant of that name, which must be there; else NOT_FOUND. */
  public Tenant require(TenantName name) {
    Tenant tenant = byName.get(name);
    if (tenant == null) {
      throw noTenant(name);
    }
    return tenant;
  }

  /**
   * Tenants in order of their names.
   *
   * @param after the last name of the page before, or null
   */
  public List<Tenant> page(@Nullable TenantName after, int limit) {
    var rest = after == null ? byName : byName.tailMap(after, false);
    return rest.values().stream().limit(limit).toList();
  }

  /** The first tenants that are awake, by name. */
  public List<Tenant> awakeByName(int limit) {
    return awakeBy(Comparator.comparing(Tenant::name)).limit(limit).toList();
  }

  private Stream<Tenant> awakeBy(Comparator<Tenant> order) {
    // Not all tenants: most may be asleep, and there may be a hundred thousand.
    return parts.awake().tenants().stream().filter(Tenant::isAwake).sorted(order);
  }

  /**
   * Gives memory back: the tenants that are awake lose their cached statements and pages, and those
   * that have not been used for longest sleep, unless they are in use or pinned. Returns at once;
   * the work is done on the tenants' strands.
   *
   * @param sleepers how many tenants are to sleep
   * @return done when all of that is
   */
  public CompletableFuture<?> shed(int sleepers) {
    List<Tenant> leastRecentlyUsed =
        awakeBy(Comparator.comparingLong(Tenant::lastUsedNanos)).toList();
    List<CompletableFuture<?>> work = new ArrayList<>();
    int left = sleepers;
    for (Tenant tenant : leastRecentlyUsed) {
      boolean sleeps = left > 0 && tenant.mayBeEvicted();
      if (sleeps) {
        left--;
      }
      work.add(sleeps ? tenant.sleep() : tenant.shedCachesSoon());
    }
    return CompletableFuture.allOf(work.toArray(CompletableFuture[]::new));
  }

  // ---- What can be done to them

  /**
   * Keeps a tenant awake from now on, across restarts: it is neither put to sleep nor evicted.
   * Durable on return. QUOTA_EXCEEDED when as many are pinned as there may be.
   */
  public void pin(TenantName name) {
    pinning.lock();
    try {
      Tenant tenant = require(name);
      if (!keepingRegister(name, () -> register.pin(name, parts.life().maxPinned()))) {
        throw new DosqlException(
                ErrorCode.QUOTA_EXCEEDED,
                "%d tenants are pinned already, the limit maxPinned"
                    .formatted(parts.life().maxPinned()))
            .withSuggestion("Unpin another tenant first.");
      }
      tenant.setPinned(true);
    } finally {
      pinning.unlock();
    }
  }

  /** Lets a tenant sleep again. Durable on return; whether it was pinned. */
  public boolean unpin(TenantName name) {
    pinning.lock();
    try {
      boolean wasPinned = keepingRegister(name, () -> register.unpin(name));
      Tenant tenant = byName.get(name);
      if (tenant != null) {
        tenant.setPinned(false);
      }
      return wasPinned;
    } finally {
      pinning.unlock();
    }
  }

  private interface RegisterChange {
    boolean run() throws IOException;
  }

  private static boolean keepingRegister(TenantName name, RegisterChange change) {
    try {
      return change.run();
    } catch (IOException failure) {
      throw new DosqlException(
          ErrorCode.RESOURCE_EXHAUSTED,
          "whether tenant %s is pinned could not be written down: %s"
              .formatted(name, failure.getMessage()),
          failure);
    }
  }

  /**
   * Deletes a tenant, durably, with all that restores have moved aside; backups keep it. Who uses
   * it is stopped, and told. Harmless for one that is not there. INVALID_REQUEST for {@code main}
   * and declared ones, which would come back empty.
   *
   * @return whether it was there
   */
  public boolean delete(TenantName name) {
    if (admission.isDeclared(name)) {
      throw new DosqlException(
              ErrorCode.INVALID_REQUEST,
              "tenant %s is %s and cannot be deleted"
                  .formatted(name, name.equals(TenantName.MAIN) ? "every database's" : "declared"))
          .withSuggestion(
              "Take it out of spec.tenants.names of the database first; 'main' stays: drop its"
                  + " tables instead.");
    }
    Tenant tenant = byName.get(name);
    if (tenant == null) {
      return false;
    }
    boolean wasThere = tenant.state() != TenantState.ABSENT;
    boolean _ = unpin(name);
    new TenantChange(tenant, parts).delete(() -> forget(tenant));
    return wasThere;
  }

  private void forget(Tenant tenant) {
    pinning.lock();
    try {
      if (byName.remove(tenant.name(), tenant)) {
        parts.census().left(TenantState.ABSENT);
        // It may have been pinned while it was deleted.
        boolean _ = unpin(tenant.name());
      }
    } catch (DosqlException stillRegistered) {
      LOG.warn("tenant {} is gone, and stays pinned", tenant.name(), stillRegistered);
    } finally {
      pinning.unlock();
    }
  }

  /**
   * What a clone has made.
   *
   * @param sourceLsn the commit of the source that it began as
   * @param lsn its first commit
   */
  public record Cloned(long sourceLsn, long lsn) {}

  /**
   * Makes a tenant from another one's present, without stopping that. After a crash the target is
   * there, whole, or it is not there. Durable on return.
   *
   * @param id of the work that this is an attempt at: when the target is what it has made, the
   *     answer is that of then; else TENANT_EXISTS
   */
  public Cloned clone(String id, TenantName source, TenantName target) {
    Tenant from = require(source);
    if (from.state() == TenantState.ABSENT) {
      throw noTenant(source);
    }
    boolean isNew = byName.get(target) == null;
    Tenant to = get(target);
    TenantClone clone = new TenantClone(parts, id, from, to);
    if (to.state() == TenantState.ABSENT) {
      return make(clone, to, isNew);
    }
    return clone
        .findMade()
        .map(made -> new Cloned(made.sourceLsn(), made.lsn()))
        .orElseThrow(
            () ->
                new DosqlException(
                    ErrorCode.TENANT_EXISTS, "tenant %s is there already".formatted(target)));
  }

  private Cloned make(TenantClone clone, Tenant target, boolean isNew) {
    boolean isMade = false;
    try {
      TenantClone.Made made = clone.run();
      isMade = true;
      return new Cloned(made.sourceLsn(), made.lsn());
    } finally {
      if (!isMade && isNew && new TenantChange(target, parts).forgetIfAbsent()) {
        forget(target);
      }
    }
  }

  /**
   * Tenants that were deleted, as long as the log may hold commits of them: the LSN that the
   * deletion took. There may be a new tenant of that name.
   */
  public Map<String, Long> deleted() {
    return parts.folders().deleted();
  }

  /**
   * The LSN up to which all commits of a tenant are void because it is not there; empty if it is
   * there, in whatever state.
   */
  public OptionalLong voidTo(TenantName name) {
    Tenant tenant = byName.get(name);
    if (tenant != null && tenant.state() != TenantState.ABSENT) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(parts.folders().baseLsn(name));
  }

  // ---- What is known of them all

  /** Not private, so that tests can look inside. */
  TenantParts parts() {
    return parts;
  }

  public int total() {
    return byName.size();
  }

  /** Those that are not served, because the log lost commits of them; by name. */
  public List<LostCommits.Loss> lost() {
    return environment.lostCommits().all();
  }

  /** Commits since the pod started. */
  public long commits() {
    return environment.commits().sum();
  }

  public int awake() {
    return parts.census().count(TenantState.AWAKE);
  }

  /** How many tenants are in which state. */
  public Map<TenantState, Integer> states() {
    return parts.census().counts();
  }

  /** Tenants that were opened since the start. */
  public long wakes() {
    return parts.census().wakes.sum();
  }

  /** Tenants that were put to sleep to make room for others. */
  public long evictions() {
    return parts.census().evictions.sum();
  }

  /** Those that cannot be used, in order of their names. */
  public List<Tenant> quarantined(int limit) {
    return parts.census().quarantined(limit);
  }

  /**
   * Bytes of the log that cannot be released because a quarantined tenant may still need them; 0
   * while something else needs what is older.
   */
  public long logBytesHeldByQuarantine() {
    return environment
        .log()
        .oldestHolder()
        .filter(LogHold::isTenant)
        .filter(hold -> parts.census().isQuarantined(new TenantName(hold.tenant())))
        .map(hold -> environment.log().statistics().appended().bytes() - hold.position().bytes())
        .orElse(0L);
  }

  // ---- The end

  /** One round of maintenance, on the calling thread. */
  void maintain() {
    maintenance.round();
  }

  /** Ends what runs by itself; what was begun is finished. */
  void stopMaintenance() {
    maintenance.close();
  }

  /**
   * Checkpoints and closes all that is idle; what is still in use is recovered at the next start.
   */
  @Override
  public void close() {
    stopMaintenance();
    List<CompletableFuture<?>> closing = new ArrayList<>();
    parts.awake().tenants().forEach(tenant -> closing.add(tenant.sleep()));
    try {
      CompletableFuture.allOf(closing.toArray(CompletableFuture[]::new))
          .get(CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException failure) {
      LOG.warn("not all tenants closed; they are recovered at the next start", failure);
    }
  }
}
