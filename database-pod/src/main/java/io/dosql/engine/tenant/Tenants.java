package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All tenants of this pod, by name. Thread safe. */
public final class Tenants implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Tenants.class);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  private final TenantEnvironment environment;
  private final TenantAdmission admission;
  private final ConcurrentSkipListMap<TenantName, Tenant> byName = new ConcurrentSkipListMap<>();
  private final Maintenance maintenance;

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
      return open || name.equals(TenantName.MAIN) || declared.contains(name);
    }
  }

  /**
   * Finds the tenants that are there: folders, and names that only the log knows. Opens none of
   * them, so a pod with thousands starts as fast as an empty one.
   */
  public static Tenants open(TenantEnvironment environment, TenantAdmission admission)
      throws IOException {
    Files.createDirectories(environment.folder());
    DurableFiles.syncFolderOf(environment.folder());
    Tenants tenants = new Tenants(environment, admission);
    tenants.find();
    tenants.maintenance.start();
    return tenants;
  }

  private Tenants(TenantEnvironment environment, TenantAdmission admission) {
    this.environment = environment;
    this.admission = admission;
    this.maintenance = new Maintenance(environment, byName.values());
  }

  private void find() throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(environment.folder())) {
      for (Path folder : folders) {
        String name = folder.getFileName().toString();
        if (TenantName.isValid(name)) {
          add(new TenantName(name));
        }
      }
    }
    for (String name : environment.log().tenants()) {
      tellRedoPoint(add(new TenantName(name)));
    }
    add(TenantName.MAIN);
    admission.declared().forEach(this::add);
  }

  /** One tenant whose state is damaged must not keep the others from being served. */
  private static void tellRedoPoint(Tenant tenant) {
    try {
      tenant.tellRedoPoint();
    } catch (IOException damaged) {
      LOG.error("tenant {} cannot be used, and the log keeps its commits", tenant.name(), damaged);
    }
  }

  private Tenant add(TenantName name) {
    return byName.computeIfAbsent(name, absent -> new Tenant(absent, environment));
  }

  /** The tenant of that name; NOT_FOUND when it is not there and may not be made. */
  public Tenant get(TenantName name) {
    Tenant tenant = byName.get(name);
    if (tenant != null) {
      return tenant;
    }
    if (!admission.admits(name)) {
      throw new DosqlException(ErrorCode.NOT_FOUND, "there is no tenant " + name)
          .withSuggestion("Add it to spec.tenants.names of the database, or use mode Open.");
    }
    if (byName.size() >= environment.limits().maxTenants()) {
      throw new DosqlException(
          ErrorCode.QUOTA_EXCEEDED,
          "the database has %d tenants already, the limit maxTenants".formatted(byName.size()));
    }
    environment.disk().check();
    return add(name);
  }

  /** The tenant of that name if it is there. */
  public @Nullable Tenant find(TenantName name) {
    return byName.get(name);
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

  /**
   * Gives memory back: the tenants that are awake lose their cached statements and pages, and those
   * that have not been used for longest sleep, unless they are in use. Returns at once; the work is
   * done on the tenants' strands.
   *
   * @param sleepers how many tenants are to sleep
   * @return done when all of that is
   */
  public CompletableFuture<?> shed(int sleepers) {
    List<Tenant> awake =
        byName.values().stream()
            .filter(Tenant::isAwake)
            .sorted(Comparator.comparingLong(Tenant::lastUsedNanos))
            .toList();
    List<CompletableFuture<?>> work = new ArrayList<>();
    for (int i = 0; i < awake.size(); i++) {
      work.add(i < sleepers ? awake.get(i).sleep() : awake.get(i).shedCachesSoon());
    }
    return CompletableFuture.allOf(work.toArray(CompletableFuture[]::new));
  }

  public int total() {
    return byName.size();
  }

  /** Commits since the pod started. */
  public long commits() {
    return environment.commits().sum();
  }

  public int awake() {
    return (int) byName.values().stream().filter(Tenant::isAwake).count();
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
    byName.values().stream().filter(Tenant::isAwake).forEach(tenant -> closing.add(tenant.sleep()));
    try {
      CompletableFuture.allOf(closing.toArray(CompletableFuture[]::new))
          .get(CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException | TimeoutException failure) {
      LOG.warn("not all tenants closed; they are recovered at the next start", failure);
    }
  }
}
