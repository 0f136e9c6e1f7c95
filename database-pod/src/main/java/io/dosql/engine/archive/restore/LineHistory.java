package io.dosql.engine.archive.restore;

import io.dosql.engine.archive.chain.ChainCatalog;
import io.dosql.engine.archive.chain.Deletions;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.archive.log.TenantEntry;
import io.dosql.engine.error.DosqlException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.stream.LongStream;

/**
 * One line of an archive as one order looks at it: what was looked at to find the tenants, or to
 * plan, is not asked for again to plan the next tenant and to build states. Failures are {@link
 * DosqlException}. One thread, but for the builder.
 */
public final class LineHistory {

  private final ChainCatalog chains;
  private final SeenObjects objects;
  private final RestorePlanner planner;
  private final StateBuilder builder;

  /**
   * Of a line.
   *
   * @param pageBytes of every database
   * @param scratch an existing folder for temporary files
   */
  public LineHistory(
      ChainCatalog chains, Deletions deletions, LogObjects objects, int pageBytes, Path scratch) {
    this.chains = chains;
    this.objects = new SeenObjects(objects);
    this.planner = new RestorePlanner(chains, deletions, this.objects);
    this.builder = new StateBuilder(chains, this.objects.opened(), pageBytes, scratch);
  }

  /** The tenants that the line has seen, in order. */
  public List<String> tenants() {
    // Before the chains: whoever it says to be in one must be among their tenants.
    OptionalLong last = objects.last();
    TreeSet<String> tenants = new TreeSet<>(chains.tenants());
    if (last.isPresent()) {
      // Whoever is in no chain yet is in what came last.
      OpenedObjects opened = objects.opened();
      long chainedTo = opened.open(last.getAsLong()).header().place().chainedTo().bytes();
      for (long number = last.getAsLong(); number > 0; number--) {
        opened.readAhead(before(number));
        SeenObject object = opened.open(number);
        object.index().tenants().stream().map(TenantEntry::tenant).forEach(tenants::add);
        if (object.header().place().span().from().bytes() <= chainedTo) {
          break;
        }
      }
    }
    return List.copyOf(tenants);
  }

  /** It and the next few in the order in which they are looked at. */
  private static LongStream before(long number) {
    return LongStream.range(0, OpenedObjects.AHEAD_MAX)
        .map(less -> number - less)
        .takeWhile(each -> each > 0);
  }

  public RestorePlanner planner() {
    return planner;
  }

  /** Any number of threads. */
  public StateBuilder builder() {
    return builder;
  }
}
