package io.dosql.engine.log;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What lies beside the segments because of damage: an empty file whose name, {@code
 * POSITION.judged}, says that the damage before this position has been judged, so that every tenant
 * that lost something by it is known elsewhere; and, as {@code NAME.log.damaged}, released segments
 * that are evidence.
 */
final class DamageFiles {

  private static final Pattern JUDGED = Pattern.compile("([0-9a-f]{16})\\.judged");
  private static final String SET_ASIDE = ".damaged";

  private final LogStorage storage;

  DamageFiles(LogStorage storage) {
    this.storage = storage;
  }

  static String setAside(String segmentName) {
    return segmentName + SET_ASIDE;
  }

  /** Up to where damage has been judged; 0 if there was none. */
  static long judgedEnd(List<String> names) {
    return names.stream()
        .flatMap(name -> positionOf(name).stream())
        .mapToLong(Long::longValue)
        .max()
        .orElse(0);
  }

  private static Optional<Long> positionOf(String name) {
    Matcher matcher = JUDGED.matcher(name);
    return matcher.matches()
        ? Optional.of(Long.parseUnsignedLong(matcher.group(1), 16))
        : Optional.empty();
  }

  /** Notes, durably, that all damage before a position has been judged. */
  void judged(long end) throws IOException {
    String name = "%016x.judged".formatted(end);
    List<String> names = storage.list();
    if (!names.contains(name)) {
      storage.create(name).close();
      storage.syncDirectory();
    }
    for (String older : names) {
      if (!older.equals(name) && positionOf(older).isPresent()) {
        storage.delete(older);
      }
    }
  }

  /** The names of released segments that are kept as evidence. */
  List<String> evidence() throws IOException {
    return storage.list().stream().filter(name -> name.endsWith(SET_ASIDE)).sorted().toList();
  }

  void deleteEvidence() throws IOException {
    for (String name : evidence()) {
      storage.delete(name);
    }
    storage.syncDirectory();
  }
}
