package io.dosql.operator.pod;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads a token from its Secret once, and again when an engine refuses it. */
public final class SecretAdminTokens implements AdminTokens {

  public static final String KEY = "admin-token";

  private static final long CACHED_TOKENS_MAX = 10_000;
  private static final Duration UNUSED_MAX = Duration.ofHours(1);

  private final KubernetesClient client;
  private final Cache<DatabaseKey, String> tokens =
      Caffeine.newBuilder().maximumSize(CACHED_TOKENS_MAX).expireAfterAccess(UNUSED_MAX).build();

  public SecretAdminTokens(KubernetesClient client) {
    this.client = client;
  }

  @Override
  public Optional<String> current(DatabaseKey database) {
    return Optional.ofNullable(tokens.get(database, this::read));
  }

  @Override
  public void forget(DatabaseKey database) {
    tokens.invalidate(database);
  }

  private @Nullable String read(DatabaseKey database) {
    Secret secret =
        client.secrets().inNamespace(database.namespace()).withName(database.keysSecret()).get();
    if (secret == null || secret.getData() == null) {
      return null;
    }
    String encoded = secret.getData().get(KEY);
    if (encoded == null || encoded.isEmpty()) {
      return null;
    }
    try {
      return new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      // Not base64: the database's own condition says so.
      return null;
    }
  }
}
