package io.dosql.operator.main;

import io.dosql.operator.pod.ServiceEndpoints;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.hotspot.DefaultExports;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Wires the process. */
@Factory
final class OperatorFactory {

  @Singleton
  @Bean(preDestroy = "close")
  KubernetesClient kubernetesClient() {
    return new KubernetesClientBuilder().build();
  }

  @Singleton
  CollectorRegistry registry() {
    CollectorRegistry registry = new CollectorRegistry(true);
    DefaultExports.register(registry);
    return registry;
  }

  @Singleton
  @Bean(preDestroy = "close")
  OperatorRuntime runtime(
      KubernetesClient client, OperatorSettings settings, CollectorRegistry registry) {
    return new OperatorRuntime(
        client, new ServiceEndpoints(), Clock.systemUTC(), settings.config(), registry);
  }
}
