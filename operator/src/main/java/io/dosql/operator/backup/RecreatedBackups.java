package io.dosql.operator.backup;

import io.dosql.crds.DoSQLBackup;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.Cache;
import io.javaoperatorsdk.operator.processing.event.source.ResourceAction;
import io.javaoperatorsdk.operator.processing.event.source.controller.ResourceEvent;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Has a backup seen that was made again under the name of a deleted one while a pass over that one
 * ran or waited.
 *
 * <p>To a reconciler of all events the SDK tells a deletion by a pass of its own, and forgets at
 * its end whatever it knows under the name: with it the news that another resource has taken it.
 * The SDK says that it has forgotten as something to be counted, while it holds the lock under
 * which it hears of news: a resource that is in its cache by then is told again, and one that is
 * not is news yet to come.
 */
public final class RecreatedBackups extends AbstractEventSource<Void, DoSQLBackup>
    implements Metrics {

  private volatile @Nullable Cache<DoSQLBackup> backups;

  public RecreatedBackups() {
    super(Void.class, RecreatedBackups.class.getSimpleName());
  }

  /**
   * @param backups as the SDK knows them
   */
  void lookIn(Cache<DoSQLBackup> backups) {
    this.backups = backups;
  }

  @Override
  public void cleanupDone(ResourceID id, Map<String, Object> metadata) {
    Cache<DoSQLBackup> known = backups;
    if (known != null
        && DoSQLBackup.class.getSimpleName().equals(metadata.get(Constants.CONTROLLER_NAME))) {
      known
          .get(id)
          .ifPresent(
              backup ->
                  getEventHandler()
                      .handleEvent(new ResourceEvent(ResourceAction.ADDED, id, backup)));
    }
  }

  @Override
  public Set<Void> getSecondaryResources(DoSQLBackup primary) {
    return Set.of();
  }
}
