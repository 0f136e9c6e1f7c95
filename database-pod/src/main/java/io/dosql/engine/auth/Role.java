package io.dosql.engine.auth;

import java.util.Locale;
import java.util.Optional;

/** What a token may do, each more than the one before. */
public enum Role {
  RO,
  RW,
  ADMIN;

  /** The role that a claim or a rule names: {@code ro}, {@code rw} or {@code admin}. */
  static Optional<Role> named(String name) {
    for (Role role : values()) {
      if (role.text().equals(name)) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }

  /** As claims write it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether it includes writing. */
  public boolean mayWrite() {
    return this != RO;
  }
}
