package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The transition table, each pair of states. */
class TenantStateTest {

  private static final Map<String, Set<String>> TABLE =
      Map.of(
          "absent", Set.of("waking", "asleep", "restoring"),
          "asleep", Set.of("waking", "absent", "quarantined"),
          "waking", Set.of("awake", "asleep", "quarantined"),
          "awake", Set.of("sleeping", "restoring"),
          "sleeping", Set.of("asleep", "quarantined"),
          "restoring", Set.of("awake", "sleeping", "asleep", "absent", "quarantined"),
          "quarantined", Set.of("waking", "restoring", "absent"));

  @TempDir Path folder;

  @Test
  void everyTransitionIsInTheTableOrRefusedWithoutAnyChange() throws Exception {
    try (LifeBench bench = new LifeBench(folder)) {
      TenantParts parts = bench.tenants.parts();
      Tenant tenant = bench.tenant("t");
      for (TenantState from : TenantState.values()) {
        Set<String> allowed = new TreeSet<>();
        for (TenantState to : TenantState.values()) {
          TenantLife life = new TenantLife(tenant, parts, from);
          Map<TenantState, Integer> before = bench.tenants.states();
          int fromBefore = parts.census().count(from);
          int toBefore = parts.census().count(to);
          if (from.next().contains(to)) {
            life.transition(to, "a test");
            allowed.add(to.text());
            assertThat(life.state()).isEqualTo(to);
            assertThat(parts.census().count(from)).isEqualTo(fromBefore - 1);
            assertThat(parts.census().count(to)).isEqualTo(toBefore + 1);
          } else {
            assertThatThrownBy(() -> life.transition(to, "a test"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("tenant t", from.text(), to.text(), "a test");
            assertThat(life.state()).isEqualTo(from);
            assertThat(bench.tenants.states()).isEqualTo(before);
          }
        }
        assertThat(allowed)
            .describedAs(from.text())
            .isEqualTo(new TreeSet<>(TABLE.getOrDefault(from.text(), Set.of())));
      }
    }
  }

  @Test
  void everyStateCanBeReachedAndLeft() {
    for (TenantState state : TenantState.values()) {
      assertThat(state.next()).doesNotContain(state).isNotEmpty();
      assertThat(TenantState.values())
          .describedAs("what leads to %s", state)
          .anyMatch(from -> from.next().contains(state));
    }
  }
}
