package io.dosql.engine.tenant;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds the names that a misspelt one may stand for: those that few edits make of it, an edit being
 * a character too many, too few or wrong, or two neighbours exchanged (the optimal string alignment
 * distance). Case does not count.
 */
public final class Spelling {

  /** Longer names are not compared: the time grows with the square. */
  private static final int LENGTH_MAX = 64;

  private record Scored(String name, int distance) {}

  private Spelling() {}

  /** The nearest one, if one is near enough; a name that differs in case only is not meant. */
  public static Optional<String> nearest(String word, Collection<String> names) {
    return nearest(word, names, 1, 0).stream().findFirst();
  }

  /**
   * The nearest ones, nearest first; equally near ones in alphabetical order.
   *
   * @param editsOfShort how many edits make another of a name of two characters: none for names
   *     that may be anything, one if something else tells whether it is meant
   */
  static List<String> nearest(String word, Collection<String> names, int count, int editsOfShort) {
    if (word.length() > LENGTH_MAX) {
      return List.of();
    }
    String wanted = word.toLowerCase(Locale.ROOT);
    return names.stream()
        .filter(name -> name.length() <= LENGTH_MAX)
        .map(name -> new Scored(name, distance(wanted, name.toLowerCase(Locale.ROOT))))
        .filter(scored -> scored.distance > 0 && isNear(wanted, scored, editsOfShort))
        .sorted(Comparator.comparingInt(Scored::distance).thenComparing(Scored::name))
        .limit(count)
        .map(Scored::name)
        .toList();
  }

  /** The longer a name, the more edits leave it recognisable. */
  private static boolean isNear(String word, Scored scored, int editsOfShort) {
    int longer = Math.max(word.length(), scored.name.length());
    int most = longer <= 2 ? editsOfShort : longer <= 4 ? 1 : longer <= 8 ? 2 : 3;
    return scored.distance <= most;
  }

  static int distance(String from, String to) {
    int[] beforeLast = new int[to.length() + 1];
    int[] last = new int[to.length() + 1];
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        boolean isSame = from.charAt(i - 1) == to.charAt(j - 1);
        int least = Math.min(Math.min(last[j] + 1, row[j - 1] + 1), last[j - 1] + (isSame ? 0 : 1));
        boolean isExchanged =
            i > 1
                && j > 1
                && from.charAt(i - 1) == to.charAt(j - 2)
                && from.charAt(i - 2) == to.charAt(j - 1);
        row[j] = isExchanged ? Math.min(least, beforeLast[j - 2] + 1) : least;
      }
      int[] free = beforeLast;
      beforeLast = last;
      last = row;
      row = free;
    }
    return last[to.length()];
  }
}
