package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** Encryption, by the pod, of everything that it stores. */
public record Encryption(
    @Required
        @JsonPropertyDescription(
            "The Secret with the keys: an entry of 32 random bytes for each, under the key's name,"
                + " and the entry 'active', which names the key for what is written from now on.")
        SecretRef secretRef) {

  /** Names a Secret. */
  public record SecretRef(
      @Required
          @Pattern(ApiGroup.OBJECT_NAME_PATTERN)
          @Size(min = 1, max = 253)
          @JsonPropertyDescription(
              "Name of the Secret, in the same namespace. It may change later: the pod reads it"
                  + " again without a restart.")
          String name) {}
}
