package io.dosql.engine.session;

import io.dosql.engine.tenant.TenantConnection;
import java.util.OptionalLong;

/**
 * What SQLite keeps per connection and a session keeps for itself, because connections are shared.
 */
final class SessionState {

  private volatile boolean foreignKeys = true;
  private volatile boolean hasInserted;
  private volatile long lastInsertRowid;

  void setForeignKeys(boolean enforced) {
    foreignKeys = enforced;
  }

  /** Makes a connection look as the session left it; outside any transaction. */
  void applyTo(TenantConnection connection) {
    connection.setForeignKeys(foreignKeys);
    connection.sqlite().setLastInsertRowid(lastInsertRowid);
  }

  /** After a statement that wrote rows. */
  void rememberInsert(TenantConnection connection) {
    long rowid = connection.sqlite().lastInsertRowid();
    if (rowid != lastInsertRowid) {
      hasInserted = true;
      lastInsertRowid = rowid;
    }
  }

  OptionalLong lastInsertRowid() {
    return hasInserted ? OptionalLong.of(lastInsertRowid) : OptionalLong.empty();
  }
}
