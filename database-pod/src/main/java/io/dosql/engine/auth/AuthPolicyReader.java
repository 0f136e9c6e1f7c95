package io.dosql.engine.auth;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.dosql.engine.auth.MappedClaims.SubjectRule;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns the policy's JSON into a policy. What it does not know it refuses, so that no slip is
 * silent.
 */
final class AuthPolicyReader {

  private static final ObjectReader JSON = new ObjectMapper().readerFor(PolicyDocument.class);

  private final String database;
  private final RemoteKeySets keySets;

  /**
   * @param database the audience where an issuer states none
   */
  AuthPolicyReader(String database, RemoteKeySets keySets) {
    this.database = database;
    this.keySets = keySets;
  }

  record PolicyDocument(
      @Nullable @JsonProperty("users") List<UserDocument> users,
      @Nullable @JsonProperty("issuers") List<IssuerDocument> issuers,
      @Nullable @JsonProperty("revokedKeys") Set<String> revokedKeys,
      @Nullable @JsonProperty("revokedTokens") Set<String> revokedTokens) {}

  record UserDocument(
      @Nullable @JsonProperty("name") String name,
      @Nullable @JsonProperty("role") String role,
      @Nullable @JsonProperty("tenants") List<String> tenants) {}

  record IssuerDocument(
      @Nullable @JsonProperty("issuer") String issuer,
      @Nullable @JsonProperty("audiences") List<String> audiences,
      @Nullable @JsonProperty("discoveryUrl") URI discoveryUrl,
      @Nullable @JsonProperty("jwksUrl") URI jwksUrl,
      @Nullable @JsonProperty("caFile") String caFile,
      @Nullable @JsonProperty("tokenFile") String tokenFile,
      @Nullable @JsonProperty("roleClaim") String roleClaim,
      @Nullable @JsonProperty("tenantsClaim") String tenantsClaim,
      @Nullable @JsonProperty("subjects") List<SubjectDocument> subjects) {}

  record SubjectDocument(
      @Nullable @JsonProperty("subject") String subject,
      @Nullable @JsonProperty("role") String role,
      @Nullable @JsonProperty("tenants") List<String> tenants) {}

  AuthPolicy read(byte[] json) throws IOException {
    try {
      PolicyDocument document = JSON.readValue(json);
      if (document == null) {
        throw new IOException("The policy is null");
      }
      Map<String, Grant> users = new HashMap<>();
      for (UserDocument user : orEmpty(document.users())) {
        String name = required(user.name(), "name");
        if (users.put(name, grant(user.role(), user.tenants())) != null) {
          throw new IOException("The user " + name + " is there twice");
        }
      }
      Map<String, TokenIssuer> issuers = new HashMap<>();
      Set<KeyEndpoint> endpoints = new HashSet<>();
      for (IssuerDocument issuer : orEmpty(document.issuers())) {
        String name = required(issuer.issuer(), "issuer");
        KeyEndpoint endpoint = endpoint(name, issuer);
        endpoints.add(endpoint);
        if (issuers.put(name, tokenIssuer(issuer, endpoint)) != null) {
          throw new IOException("The issuer " + name + " is there twice");
        }
      }
      keySets.keepOnly(endpoints);
      return new AuthPolicy(
          users, issuers, orEmpty(document.revokedKeys()), orEmpty(document.revokedTokens()));
    } catch (JsonProcessingException malformed) {
      throw new IOException("Not a policy: " + malformed.getOriginalMessage(), malformed);
    }
  }

  private TokenIssuer tokenIssuer(IssuerDocument issuer, KeyEndpoint endpoint) throws IOException {
    List<String> audiences = orEmpty(issuer.audiences());
    List<SubjectRule> rules = new ArrayList<>();
    for (SubjectDocument rule : orEmpty(issuer.subjects())) {
      rules.add(rule(rule));
    }
    return new TokenIssuer(
        audiences.isEmpty() ? List.of(database) : audiences,
        keySets.of(endpoint),
        new MappedClaims(rules, issuer.roleClaim(), issuer.tenantsClaim()));
  }

  private static SubjectRule rule(SubjectDocument rule) throws IOException {
    return new SubjectRule(
        new NamePattern(required(rule.subject(), "subject")), grant(rule.role(), rule.tenants()));
  }

  private static Grant grant(@Nullable String roleName, @Nullable List<String> tenants)
      throws IOException {
    String name = required(roleName, "role");
    Role role =
        Role.named(name).orElseThrow(() -> new IOException("There is no role '" + name + "'"));
    return tenants == null ? Grant.onAll(role) : Grant.on(role, tenants);
  }

  private static KeyEndpoint endpoint(String name, IssuerDocument issuer) throws IOException {
    KeyEndpoint endpoint =
        new KeyEndpoint(
            name,
            issuer.discoveryUrl(),
            issuer.jwksUrl(),
            issuer.caFile() == null ? null : Path.of(issuer.caFile()),
            issuer.tokenFile() == null ? null : Path.of(issuer.tokenFile()));
    endpoint.check();
    return endpoint;
  }

  private static String required(@Nullable String value, String name) throws IOException {
    if (value == null || value.isEmpty()) {
      throw new IOException("Something in the policy has no '" + name + "'");
    }
    return value;
  }

  private static <T> List<T> orEmpty(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }

  private static <T> Set<T> orEmpty(@Nullable Set<T> set) {
    return set == null ? Set.of() : set;
  }
}
