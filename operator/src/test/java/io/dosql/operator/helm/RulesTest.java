package io.dosql.operator.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The role, right by right: a right more is seen here, one that is missing by the test that runs
 * the operator against an API.
 */
class RulesTest {

  @TempDir Path scratch;

  private Set<String> granted() throws IOException {
    List<PolicyRule> rules = Chart.one(Chart.render(scratch, "{}"), ClusterRole.class).getRules();
    Set<String> rights = new TreeSet<>();
    for (PolicyRule rule : rules) {
      assertThat(rule.getNonResourceURLs()).isEmpty();
      for (String group : rule.getApiGroups()) {
        for (String resource : rule.getResources()) {
          rights.add(
              (group.isEmpty() ? "core" : group)
                  + "/"
                  + resource
                  + " "
                  + String.join(",", new TreeSet<>(rule.getVerbs())));
        }
      }
    }
    return rights;
  }

  @Test
  void rights_areTheseAndNoMore() throws IOException {
    assertThat(granted())
        .containsExactly(
            "apps/statefulsets create,get,list,patch,watch",
            "batch/jobs create,list,watch",
            "core/events create",
            "core/persistentvolumeclaims get,list,patch,watch",
            "core/pods list,watch",
            "core/secrets create,get,list,patch,watch",
            "core/serviceaccounts create,get,list,patch,watch",
            "core/services create,get,list,patch,watch",
            "dosql.io/dosqlbackups create,delete,get,list,patch,watch",
            "dosql.io/dosqlbackups/status patch",
            "dosql.io/dosqldatabases get,list,watch",
            "dosql.io/dosqldatabases/status patch",
            "dosql.io/dosqlmigrations get,list,watch",
            "dosql.io/dosqlmigrations/status patch",
            "dosql.io/dosqlrestores get,list,watch",
            "dosql.io/dosqlrestores/status patch",
            "policy/poddisruptionbudgets create,get,list,patch,watch");
  }

  @Test
  void nothingIsGranted_byAStar_andNoDataCanBeDeleted() throws IOException {
    assertThat(granted())
        .noneMatch(right -> right.contains("*"))
        .filteredOn(right -> right.contains("delete"))
        .containsExactly("dosql.io/dosqlbackups create,delete,get,list,patch,watch");
  }
}
