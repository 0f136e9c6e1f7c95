package io.dosql.operator.migration;

import java.math.BigInteger;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Orders the ids of migrations by their numbers: 9 before 10, whatever zeros stand in front. */
final class SchemaVersion {

  static final Comparator<String> ORDER =
      Comparator.comparing(SchemaVersion::number).thenComparing(Comparator.naturalOrder());

  private SchemaVersion() {}

  /**
   * @param version what a tenant has; null for nothing
   */
  static boolean isBehind(@Nullable String version, String target) {
    return version == null || number(version).compareTo(number(target)) < 0;
  }

  /** -1 for what does not begin with a number: such an id is before all others. */
  private static BigInteger number(String id) {
    int end = id.indexOf('_');
    String digits = end < 0 ? id : id.substring(0, end);
    return digits.matches("[0-9]+") ? new BigInteger(digits) : BigInteger.ONE.negate();
  }
}
