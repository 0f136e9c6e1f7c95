package io.dosql.operator.step;

import io.dosql.crds.DoSQLDatabase;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.PrimaryToSecondaryMapper;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Wakes the resources that refer to a database when it appears, becomes ready, or is edited. */
public final class DatabaseWatch {

  private static final String INDEX = "database";

  private DatabaseWatch() {}

  /**
   * @param databaseName the name in the resource's {@code databaseRef}
   */
  public static <P extends HasMetadata> EventSource<?, P> source(
      EventSourceContext<P> context, Function<P, String> databaseName) {
    context
        .getPrimaryCache()
        .addIndexers(
            Map.of(
                INDEX,
                primary ->
                    List.of(
                        key(primary.getMetadata().getNamespace(), databaseName.apply(primary)))));
    PrimaryToSecondaryMapper<P> toDatabase =
        primary ->
            Set.of(
                new ResourceID(databaseName.apply(primary), primary.getMetadata().getNamespace()));
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(
                DoSQLDatabase.class, context.getPrimaryResourceClass())
            .withSecondaryToPrimaryMapper(
                database ->
                    context
                        .getPrimaryCache()
                        .byIndex(
                            INDEX,
                            key(
                                database.getMetadata().getNamespace(),
                                database.getMetadata().getName()))
                        .stream()
                        .map(ResourceID::fromResource)
                        .collect(Collectors.toSet()))
            .withPrimaryToSecondaryMapper(toDatabase)
            .withOnUpdateFilter(DatabaseWatch::matters)
            .withNamespacesInheritedFromController()
            .build(),
        context);
  }

  private static String key(String namespace, String name) {
    return namespace + "/" + name;
  }

  private static boolean matters(DoSQLDatabase after, DoSQLDatabase before) {
    return isAvailable(after) != isAvailable(before)
        || !Objects.equals(
            after.getMetadata().getGeneration(), before.getMetadata().getGeneration());
  }

  private static boolean isAvailable(DoSQLDatabase database) {
    return DatabaseAvailability.of(database.getMetadata().getName(), Optional.of(database))
        instanceof DatabaseAvailability.Available;
  }

  /** The database that the resource refers to, as the watch knows it. */
  public static Optional<DoSQLDatabase> find(Context<?> context, String name) {
    return context
        .getSecondaryResourcesAsStream(DoSQLDatabase.class)
        .filter(database -> database.getMetadata().getName().equals(name))
        .findFirst();
  }
}
