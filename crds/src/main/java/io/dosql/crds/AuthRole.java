package io.dosql.crds;

/** What somebody may do; written as tokens write it. */
public enum AuthRole {
  ro,
  rw,
  admin
}
