package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** Why an operation failed. */
public record OperationError(
    @JsonPropertyDescription("Code of the error, as in the list of errors.") String code,
    @JsonPropertyDescription("What went wrong, and what to do.") String message) {}
