package io.dosql.engine.archive.line;

import io.dosql.engine.archive.ArchiveLine;
import io.dosql.engine.archive.ArchiveLines.Begun;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which lines no moment needs that is to be restorable. Pure.
 *
 * <p>A line <em>ends</em> when the next one begins in which moments lie from then on, when a line
 * begins that names it as the one before, and when the store got its newest log object, whichever
 * is latest. Chains hold nothing that log objects did not hold before. A line may go if
 *
 * <ul>
 *   <li>it was begun before the line of the one who asks, and so was replaced by it;
 *   <li>its end is before {@code limit}. That of a line that no other names as its predecessor is
 *       before it by {@code margin} as well: its directory may be there still, with an engine that
 *       has nothing to write, and only time speaks against that;
 *   <li>a later line is whole from before {@code limit} on, so that whatever it took over is
 *       restorable without this one;
 *   <li>all lines before it may go. So what stays are the newest ones, and a moment that lay in a
 *       line that has gone lies in none, rather than in an older one that knows nothing of it.
 * </ul>
 *
 * @param limit everything from that moment on must stay restorable; by the store's clock
 * @param margin see above
 */
public record LineRetention(Instant limit, Duration margin) {

  /** What has to be looked up in the store; asked for few lines. */
  public interface Facts {

    /** See {@link io.dosql.engine.archive.ArchiveLines#isRetired}. */
    boolean isRetired(String line);

    /** When the store got the newest log object, by its own clock; empty if there is none. */
    Optional<Instant> newest(String line);

    /** From when on all that was ever committed is restorable; empty if nothing proves it. */
    Optional<Instant> wholeFrom(Begun line);
  }

  /**
   * Decides.
   *
   * @param lines all that have a document, in any order
   * @param own the line that whoever asks writes, which stays
   * @return those that may go, in the order in which they have to, with those of which that was
   *     decided before
   */
  public List<String> excess(List<Begun> lines, String own, Facts facts) {
    List<Begun> inOrder = new ArrayList<>(lines);
    inOrder.sort(Comparator.comparing(Begun::document, ArchiveLine.IN_ORDER));
    List<String> excess = new ArrayList<>();
    int ownIndex = 0;
    while (ownIndex < inOrder.size() && !name(inOrder.get(ownIndex)).equals(own)) {
      ownIndex++;
    }
    if (ownIndex == inOrder.size()) {
      // Without it nobody knows which ones it has replaced.
      return excess;
    }
    for (int i = 0; i < ownIndex; i++) {
      String line = name(inOrder.get(i));
      if (!facts.isRetired(line)
          && !mayGo(
              inOrder.get(i),
              inOrder.subList(i + 1, inOrder.size()),
              inOrder.subList(i + 1, ownIndex + 1),
              facts)) {
        break;
      }
      excess.add(line);
    }
    return excess;
  }

  /**
   * @param later all that were begun behind it
   * @param untilOwn the same, up to that of the one who asks
   */
  private boolean mayGo(Begun line, List<Begun> later, List<Begun> untilOwn, Facts facts) {
    boolean isNamed = later.stream().anyMatch(other -> names(other, line));
    Instant before = isNamed ? limit : limit.minus(margin);
    boolean isReplaced =
        later.getFirst().time().isBefore(before)
            && later.stream()
                .filter(other -> names(other, line))
                .allMatch(other -> other.time().isBefore(before));
    // What costs requests comes last.
    return isReplaced
        && facts.newest(name(line)).filter(newest -> !newest.isBefore(before)).isEmpty()
        && untilOwn.reversed().stream()
            .anyMatch(
                other -> facts.wholeFrom(other).filter(from -> from.isBefore(limit)).isPresent());
  }

  private static boolean names(Begun other, Begun line) {
    return name(line).equals(other.document().previousLine());
  }

  private static String name(Begun line) {
    return line.document().line();
  }
}
