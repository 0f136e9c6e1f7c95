package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Names a Secret in the same namespace and the keys in it. */
public record S3Credentials(
    @Required
        @Size(min = 1, max = 253)
        @JsonPropertyDescription(
            "Name of the Secret, in the same namespace. It may appear or change later: the pod"
                + " reads it again without a restart.")
        String name,
    @Default(S3Credentials.DEFAULT_ACCESS_KEY_ID_KEY)
        @Pattern("^[-._a-zA-Z0-9]+$")
        @Size(max = 253)
        @JsonPropertyDescription("Key in the Secret that holds the access key's id.")
        String accessKeyIdKey,
    @Default(S3Credentials.DEFAULT_SECRET_ACCESS_KEY_KEY)
        @Pattern("^[-._a-zA-Z0-9]+$")
        @Size(max = 253)
        @JsonPropertyDescription("Key in the Secret that holds the secret access key.")
        String secretAccessKeyKey) {

  public static final String DEFAULT_ACCESS_KEY_ID_KEY = "accessKeyId";
  public static final String DEFAULT_SECRET_ACCESS_KEY_KEY = "secretAccessKey";

  public S3Credentials(
      String name, @Nullable String accessKeyIdKey, @Nullable String secretAccessKeyKey) {
    this.name = name;
    this.accessKeyIdKey = accessKeyIdKey == null ? DEFAULT_ACCESS_KEY_ID_KEY : accessKeyIdKey;
    this.secretAccessKeyKey =
        secretAccessKeyKey == null ? DEFAULT_SECRET_ACCESS_KEY_KEY : secretAccessKeyKey;
  }
}
