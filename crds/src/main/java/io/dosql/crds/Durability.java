package io.dosql.crds;

/** When a commit is acknowledged. */
public enum Durability {
  /** Once it is on disk. */
  Strict,
  /** At once; it is on disk within 10 ms. A request may ask for Strict. */
  Relaxed
}
