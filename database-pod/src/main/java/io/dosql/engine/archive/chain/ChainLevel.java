package io.dosql.engine.archive.chain;

/**
 * The levels of a chain, with Litestream's numbers. It has a level 0, too, which we never write.
 */
public enum ChainLevel {
  /** What changed in about half a minute, from the log. */
  FIRST(1),
  /** Some minutes, merged from {@link #FIRST}. */
  SECOND(2),
  /** About an hour, merged from {@link #SECOND} and {@link #FIRST}. */
  THIRD(3),
  /** Whole databases: files that need none before them, and the only ones that do not. */
  SNAPSHOT(9);

  private final int number;

  ChainLevel(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }
}
