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

  /** The same inside a transaction; false if that is not possible. */
  boolean appliesWithin(TenantConnection connection) {
    if (connection.enforcesForeignKeys() != foreignKeys) {
      return false;
    }
    connection.sqlite().setLastInsertRowid(lastInsertRowid);
    return true;
  }

  /** After a statement that wrote rows. */
  void rememberInsert(TenantConnection connection) {
    rememberInsert(connection.sqlite().lastInsertRowid());
  }

  /** The same, with what SQLite said then. */
  void rememberInsert(long rowid) {
    if (rowid != lastInsertRowid) {
      hasInserted = true;
      lastInsertRowid = rowid;
    }
  }

  OptionalLong lastInsertRowid() {
    return hasInserted ? OptionalLong.of(lastInsertRowid) : OptionalLong.empty();
  }
}
