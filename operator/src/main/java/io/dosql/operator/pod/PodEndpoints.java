package io.dosql.operator.pod;

import java.net.URI;

/** Where a database can be reached; called on any thread, never blocks. */
public interface PodEndpoints {

  /** Base of the admin API of the pod, for the operator; no path. */
  URI admin(DatabaseKey database);

  /** Base of the data API, for clients; goes into the application's Secret; no path. */
  URI data(DatabaseKey database);
}
