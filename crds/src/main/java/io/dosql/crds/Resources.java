package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Compute resources of the engine container. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Resources(
    @JsonPropertyDescription("What the scheduler reserves, by resource: cpu, memory.")
        Map<String, Quantity> requests,
    @JsonPropertyDescription("What the container may use at most, by resource: cpu, memory.")
        Map<String, Quantity> limits) {

  public Resources(
      @Nullable Map<String, Quantity> requests, @Nullable Map<String, Quantity> limits) {
    this.requests = ordered(requests);
    this.limits = ordered(limits);
  }

  /** In one order, so that what is written is always the same. */
  private static Map<String, Quantity> ordered(@Nullable Map<String, Quantity> amounts) {
    return amounts == null ? Map.of() : Collections.unmodifiableSortedMap(new TreeMap<>(amounts));
  }
}
