package io.dosql.operator.testing;

import io.dosql.crds.ResourceCondition;
import java.util.List;

/** Looks into conditions. */
public final class Conditions {

  private Conditions() {}

  public static ResourceCondition find(List<ResourceCondition> conditions, String type) {
    return conditions.stream()
        .filter(condition -> condition.type().equals(type))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no condition " + type + " in " + conditions));
  }

  /** {@code Status/Reason} of one condition. */
  public static String brief(List<ResourceCondition> conditions, String type) {
    ResourceCondition found = find(conditions, type);
    return found.status() + "/" + found.reason();
  }

  /** Ready, Reconciling and Stalled as letters, such as {@code TFF}. */
  public static String verdict(List<ResourceCondition> conditions) {
    return find(conditions, "Ready").status().substring(0, 1)
        + find(conditions, "Reconciling").status().substring(0, 1)
        + find(conditions, "Stalled").status().substring(0, 1);
  }
}
