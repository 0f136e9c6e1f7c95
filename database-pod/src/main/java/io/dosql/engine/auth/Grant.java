package io.dosql.engine.auth;

import java.util.List;

/** One role on some tenants. */
public record Grant(Role role, List<NamePattern> tenants) {

  public Grant {
    tenants = List.copyOf(tenants);
  }

  static Grant onAll(Role role) {
    return new Grant(role, List.of(NamePattern.ANY));
  }

  static Grant on(Role role, List<String> tenants) {
    return new Grant(role, tenants.stream().map(NamePattern::new).toList());
  }

  boolean coversAll() {
    return tenants.contains(NamePattern.ANY);
  }

  boolean covers(String tenant) {
    for (NamePattern pattern : tenants) {
      if (pattern.matches(tenant)) {
        return true;
      }
    }
    return false;
  }
}
