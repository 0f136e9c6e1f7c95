package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who may use a database, beside whoever has the token in {@code <database>-app}. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value =
        "!has(self.users) || self.users.all(u, !has(u.secretName) || self.users.exists_one(v,"
            + " has(v.secretName) && v.secretName == u.secretName))",
    message = "auth.users has a secretName twice; each user needs a Secret of its own")
@ValidationRule(
    value = "!has(self.oidc) || self.oidc.issuer != self.serviceAccountIssuer",
    message =
        "auth.oidc.issuer is the cluster's own; name ServiceAccounts under auth.serviceAccounts")
public record Auth(
    @Nullable @JsonPropertyDescription("When the key that signs tokens is replaced. Absent: never.")
        KeyRotation rotation,
    @Size(max = 50)
        @JsonPropertyDescription("Who gets a token of their own, each in a Secret of its own.")
        List<AuthUser> users,
    @Size(max = 100)
        @JsonPropertyDescription(
            "Ids ('kid') of keys whose tokens are refused from now on. If the key that signs is"
                + " among them, it is replaced at once.")
        List<@Size(min = 1, max = 128) String> revokedKeys,
    @Size(max = 1000)
        @JsonPropertyDescription("Ids ('jti') of tokens that are refused from now on.")
        List<@Size(min = 1, max = 128) String> revokedTokens,
    @Nullable @JsonPropertyDescription("An OpenID provider whose tokens are taken, too.")
        OidcIssuer oidc,
    @Size(max = 100)
        @JsonPropertyDescription(
            "ServiceAccounts whose pods need no Secret: they show a token that Kubernetes mounts"
                + " for the audience <namespace>/<database>.")
        List<ServiceAccountGrant> serviceAccounts,
    @Default(Auth.DEFAULT_SERVICE_ACCOUNT_ISSUER)
        @Pattern("^https://[^/].*$")
        @Size(min = 9, max = 512)
        @JsonPropertyDescription(
            "What the cluster's tokens have as 'iss'; see 'kubectl get --raw"
                + " /.well-known/openid-configuration'.")
        String serviceAccountIssuer) {

  public static final String DEFAULT_SERVICE_ACCOUNT_ISSUER =
      "https://kubernetes.default.svc.cluster.local";

  /** Nobody else. */
  public static final Auth NONE = new Auth(null, null, null, null, null, null, null);

  public Auth(
      @Nullable KeyRotation rotation,
      @Nullable List<AuthUser> users,
      @Nullable List<String> revokedKeys,
      @Nullable List<String> revokedTokens,
      @Nullable OidcIssuer oidc,
      @Nullable List<ServiceAccountGrant> serviceAccounts,
      @Nullable String serviceAccountIssuer) {
    this.rotation = rotation;
    this.users = users == null ? List.of() : List.copyOf(users);
    this.revokedKeys = revokedKeys == null ? List.of() : List.copyOf(revokedKeys);
    this.revokedTokens = revokedTokens == null ? List.of() : List.copyOf(revokedTokens);
    this.oidc = oidc;
    this.serviceAccounts = serviceAccounts == null ? List.of() : List.copyOf(serviceAccounts);
    this.serviceAccountIssuer =
        serviceAccountIssuer == null ? DEFAULT_SERVICE_ACCOUNT_ISSUER : serviceAccountIssuer;
  }
}
