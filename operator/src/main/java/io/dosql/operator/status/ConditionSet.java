package io.dosql.operator.status;

import io.dosql.crds.ResourceCondition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Builds the conditions of one pass. A condition whose status stays keeps its transition time, so
 * that an unchanged resource gets equal conditions and no write.
 */
public final class ConditionSet {

  public static final String TRUE = "True";
  public static final String FALSE = "False";
  public static final String UNKNOWN = "Unknown";

  private final List<ResourceCondition> previous;
  private final Instant now;
  private final @Nullable Long generation;
  private final List<ResourceCondition> conditions = new ArrayList<>();

  public ConditionSet(List<ResourceCondition> previous, Instant now, @Nullable Long generation) {
    this.previous = previous;
    this.now = now;
    this.generation = generation;
  }

  /** Sets Ready, Reconciling and Stalled as kstatus reads them. */
  public ConditionSet verdict(Verdict verdict) {
    set(ConditionType.READY, verdict instanceof Verdict.Ready, verdict);
    set(ConditionType.RECONCILING, verdict instanceof Verdict.InProgress, verdict);
    return set(ConditionType.STALLED, verdict instanceof Verdict.Failed, verdict);
  }

  private ConditionSet set(ConditionType type, boolean holds, Verdict verdict) {
    return set(type, holds ? TRUE : FALSE, verdict.reason(), verdict.message());
  }

  public ConditionSet set(ConditionType type, String status, String reason, String message) {
    String since =
        find(previous, type)
            .filter(condition -> condition.status().equals(status))
            .map(ResourceCondition::lastTransitionTime)
            .orElseGet(() -> Times.format(now));
    conditions.removeIf(condition -> condition.type().equals(type.text()));
    conditions.add(new ResourceCondition(type.text(), status, generation, since, reason, message));
    return this;
  }

  /**
   * As {@link #set}, for messages from elsewhere that may differ each time: while status, reason
   * and the resource stay, so does the message.
   */
  public ConditionSet setSteady(ConditionType type, String status, String reason, String message) {
    String steady =
        find(previous, type)
            .filter(old -> old.status().equals(status) && old.reason().equals(reason))
            .filter(old -> Objects.equals(old.observedGeneration(), generation))
            .map(ResourceCondition::message)
            .orElse(message);
    return set(type, status, reason, steady);
  }

  /**
   * In the order of before, what is new behind it: so does the API server merge them, and another
   * order would be another status, to be written each time.
   */
  public List<ResourceCondition> build() {
    List<String> before = previous.stream().map(ResourceCondition::type).toList();
    return conditions.stream()
        .sorted(
            Comparator.comparingInt(
                condition -> {
                  int index = before.indexOf(condition.type());
                  return index < 0 ? before.size() : index;
                }))
        .toList();
  }

  public static Optional<ResourceCondition> find(
      List<ResourceCondition> conditions, ConditionType type) {
    return conditions.stream()
        .filter(condition -> condition.type().equals(type.text()))
        .findFirst();
  }

  public static boolean isTrue(List<ResourceCondition> conditions, ConditionType type) {
    return find(conditions, type).filter(found -> found.status().equals(TRUE)).isPresent();
  }
}
