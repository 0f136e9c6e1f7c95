package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** TLS on the data port. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "self.minVersion in ['1.2', '1.3']",
    message = "tls.minVersion must be '1.3' or '1.2'")
public record Tls(
    @Required
        @Pattern(ApiGroup.OBJECT_NAME_PATTERN)
        @Size(min = 1, max = 253)
        @JsonPropertyDescription(
            "A Secret with tls.crt and tls.key, such as cert-manager makes. It must be for"
                + " <database>-rw.<namespace>.svc; when it is renewed, new connections get the new"
                + " certificate.")
        String secretName,
    @Default(Tls.DEFAULT_MIN_VERSION)
        @Size(max = 3)
        @JsonPropertyDescription("The oldest TLS that is spoken: '1.3' or '1.2'.")
        String minVersion) {

  public static final String DEFAULT_MIN_VERSION = "1.3";

  public Tls(String secretName, @Nullable String minVersion) {
    this.secretName = secretName;
    this.minVersion = minVersion == null ? DEFAULT_MIN_VERSION : minVersion;
  }
}
