package io.dosql.operator.database;

import static io.dosql.operator.testing.Databases.database;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import org.junit.jupiter.api.Test;

class DisruptionBudgetTest {

  @Test
  void aNodeCanBeDrained_andAPodThatServesNobodyEvicted() {
    PodDisruptionBudget budget = DisruptionBudget.build(database().build(), "engine:1");
    assertThat(budget.getMetadata().getName()).isEqualTo("orders");
    assertThat(budget.getSpec().getMaxUnavailable().getIntVal()).isEqualTo(1);
    assertThat(budget.getSpec().getMinAvailable()).isNull();
    assertThat(budget.getSpec().getUnhealthyPodEvictionPolicy()).isEqualTo("AlwaysAllow");
    assertThat(budget.getSpec().getSelector().getMatchLabels())
        .isEqualTo(DatabaseLabels.selector(database().build()));
  }
}
