package io.dosql.operator.database;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dosql.crds.Auth;
import io.dosql.crds.AuthRole;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.OidcIssuer;
import io.dosql.operator.pod.DatabaseKey;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The Secret {@code NAME-auth}: whom the pod is to trust beside whoever has the application's
 * token, and what is revoked. The pod reads it again when it changes; nothing in it is secret.
 */
final class AuthSecret {

  static final String POLICY = "policy.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** By this name the API server's certificate is good in every cluster. */
  private static final String CLUSTER_KEYS = "https://kubernetes.default.svc/openid/v1/jwks";

  private AuthSecret() {}

  static Secret build(DoSQLDatabase database, String image) {
    return new SecretBuilder()
        .withMetadata(DatabaseLabels.owned(database, DatabaseKey.of(database).authSecret(), image))
        .withType("Opaque")
        .withData(Map.of(POLICY, DatabaseKeys.encode(policy(database))))
        .build();
  }

  static String policy(DoSQLDatabase database) {
    Auth auth = database.getSpec().auth();
    String audience = DatabaseKey.of(database).qualifiedName();
    Map<String, Object> policy = new LinkedHashMap<>();
    policy.put(
        "users",
        auth.users().stream()
            .map(user -> grant("name", user.name(), user.role(), user.tenants()))
            .toList());
    List<Map<String, Object>> issuers = new ArrayList<>();
    OidcIssuer oidc = auth.oidc();
    if (oidc != null) {
      issuers.add(oidc(oidc, audience));
    }
    if (!auth.serviceAccounts().isEmpty()) {
      issuers.add(cluster(database, audience));
    }
    policy.put("issuers", issuers);
    policy.put("revokedKeys", auth.revokedKeys());
    policy.put("revokedTokens", auth.revokedTokens());
    try {
      return JSON.writeValueAsString(policy);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("maps of strings can be written", impossible);
    }
  }

  private static Map<String, Object> oidc(OidcIssuer oidc, String audience) {
    Map<String, Object> issuer = new LinkedHashMap<>();
    issuer.put("issuer", oidc.issuer());
    issuer.put("audiences", List.of(oidc.audience() == null ? audience : oidc.audience()));
    if (oidc.jwksUrl() != null) {
      issuer.put("jwksUrl", oidc.jwksUrl());
    }
    if (oidc.roleClaim() != null) {
      issuer.put("roleClaim", oidc.roleClaim());
    }
    if (oidc.tenantsClaim() != null) {
      issuer.put("tenantsClaim", oidc.tenantsClaim());
    }
    issuer.put(
        "subjects",
        oidc.subjects().stream()
            .map(subject -> grant("subject", subject.subject(), subject.role(), subject.tenants()))
            .toList());
    return issuer;
  }

  private static Map<String, Object> cluster(DoSQLDatabase database, String audience) {
    Auth auth = database.getSpec().auth();
    String namespace = database.getMetadata().getNamespace();
    Map<String, Object> issuer = new LinkedHashMap<>();
    issuer.put("issuer", auth.serviceAccountIssuer());
    issuer.put("audiences", List.of(audience));
    issuer.put("jwksUrl", CLUSTER_KEYS);
    issuer.put("caFile", EngineVolumes.CLUSTER_CA_FILE);
    issuer.put("tokenFile", EngineVolumes.CLUSTER_TOKEN_FILE);
    issuer.put(
        "subjects",
        auth.serviceAccounts().stream()
            .map(
                account ->
                    grant(
                        "subject",
                        "system:serviceaccount:%s:%s"
                            .formatted(
                                account.namespace() == null ? namespace : account.namespace(),
                                account.name()),
                        account.role(),
                        account.tenants()))
            .toList());
    return issuer;
  }

  /** No tenants named are all tenants. */
  private static Map<String, Object> grant(
      String kind, String name, AuthRole role, List<String> tenants) {
    Map<String, Object> grant = new LinkedHashMap<>();
    grant.put(kind, name);
    grant.put("role", role.name());
    if (!tenants.isEmpty()) {
      grant.put("tenants", tenants);
    }
    return grant;
  }
}
