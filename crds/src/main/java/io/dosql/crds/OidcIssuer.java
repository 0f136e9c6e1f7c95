package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An OpenID provider whose tokens are taken. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "has(self.roleClaim) || (has(self.subjects) && size(self.subjects) > 0)",
    message =
        "auth.oidc allows nobody anything: name subjects with their roles, or the claim that has"
            + " the role (roleClaim)")
public record OidcIssuer(
    @Required
        @Pattern("^https://[^/].*$")
        @Size(min = 9, max = 512)
        @JsonPropertyDescription(
            "What its tokens have as 'iss'; its keys are found by discovery below it.")
        String issuer,
    @Nullable
        @Size(min = 1, max = 256)
        @JsonPropertyDescription(
            "What its tokens must have as 'aud'; <namespace>/<database> if absent.")
        String audience,
    @Nullable
        @Pattern("^https://[^/].*$")
        @Size(min = 9, max = 512)
        @JsonPropertyDescription("Where its keys are, if it does not tell by discovery.")
        String jwksUrl,
    @Nullable
        @Size(min = 1, max = 128)
        @JsonPropertyDescription(
            "The claim with the role (ro, rw or admin). If absent, only subjects decide.")
        String roleClaim,
    @Nullable
        @Size(min = 1, max = 128)
        @JsonPropertyDescription(
            "The claim with the list of tenants that goes with roleClaim; all if absent.")
        String tenantsClaim,
    @Size(max = 100) @JsonPropertyDescription("Who may do what, by the claim 'sub'.")
        List<SubjectGrant> subjects) {

  public OidcIssuer(
      String issuer,
      @Nullable String audience,
      @Nullable String jwksUrl,
      @Nullable String roleClaim,
      @Nullable String tenantsClaim,
      @Nullable List<SubjectGrant> subjects) {
    this.issuer = issuer;
    this.audience = audience;
    this.jwksUrl = jwksUrl;
    this.roleClaim = roleClaim;
    this.tenantsClaim = tenantsClaim;
    this.subjects = subjects == null ? List.of() : List.copyOf(subjects);
  }
}
