package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** What the S3 service is asked to encrypt with. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "!has(self.kmsKeyId) || self.type == 'KMS'",
    message = "serverSideEncryption.kmsKeyId needs type: KMS; remove the key, or change the type")
public record ServerSideEncryption(
    @Required
        @JsonPropertyDescription("AES256: with keys of the service; KMS: of its key management.")
        Type type,
    @Nullable
        @Size(min = 1, max = 2048)
        @JsonPropertyDescription("For KMS: the key's id. Absent: the service's default key.")
        String kmsKeyId) {

  public enum Type {
    AES256,
    KMS
  }
}
