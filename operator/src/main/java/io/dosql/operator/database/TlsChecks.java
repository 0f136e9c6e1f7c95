package io.dosql.operator.database;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.Tls;
import io.dosql.operator.pod.DatabaseKey;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Looks at the Secrets of {@code spec.tls}, which no informer watches, since they are not the
 * operator's. One that is good is looked at again after a while only, so that a steady database
 * costs the API server next to nothing. Threads may share it.
 */
final class TlsChecks {

  private static final long DATABASES_MAX = 10_000;
  private static final Duration GOOD_FOR = Duration.ofMinutes(5);

  private record Good(String secretName, Instant since) {}

  private final KubernetesClient client;
  private final Clock clock;
  private final Cache<DatabaseKey, Good> known =
      Caffeine.newBuilder().maximumSize(DATABASES_MAX).build();

  TlsChecks(KubernetesClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
  }

  /**
   * What is wrong with the database's Secret.
   *
   * @param anew look also if it was good a moment ago: the pod does not serve
   */
  Optional<Problem> problem(DoSQLDatabase database, boolean anew) {
    Tls tls = database.getSpec().tls();
    DatabaseKey key = DatabaseKey.of(database);
    if (tls == null) {
      known.invalidate(key);
      return Optional.empty();
    }
    Instant now = clock.instant();
    Good good = known.getIfPresent(key);
    boolean isFresh =
        good != null
            && good.secretName().equals(tls.secretName())
            && now.isBefore(good.since().plus(GOOD_FOR));
    if (isFresh && !anew) {
      return Optional.empty();
    }
    Secret secret = client.secrets().inNamespace(key.namespace()).withName(tls.secretName()).get();
    Optional<Problem> problem = TlsSecret.check(tls, Optional.ofNullable(secret), now);
    if (problem.isEmpty()) {
      known.put(key, new Good(tls.secretName(), now));
    } else {
      known.invalidate(key);
    }
    return problem;
  }
}
