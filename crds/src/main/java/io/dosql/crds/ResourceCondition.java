package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/** One condition, as {@code kubectl wait} and kstatus read it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ResourceCondition(
    @Required @JsonPropertyDescription("What the condition is about, such as Ready.") String type,
    @Required @JsonPropertyDescription("True, False or Unknown.") String status,
    @Nullable
        @JsonPropertyDescription("Generation of the resource that the condition was computed from.")
        Long observedGeneration,
    @Required @JsonPropertyDescription("When the status last changed, RFC 3339.")
        String lastTransitionTime,
    @Required @JsonPropertyDescription("Why, as one word for programs.") String reason,
    @Required @JsonPropertyDescription("Why, and what to do about it, for people.")
        String message) {}
