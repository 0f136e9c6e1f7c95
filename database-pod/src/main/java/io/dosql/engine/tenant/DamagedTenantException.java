package io.dosql.engine.tenant;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A tenant's files are not what its state file, the log or SQLite says that they must be. */
final class DamagedTenantException extends IOException {

  private static final long serialVersionUID = 1L;

  DamagedTenantException(String message) {
    super(message);
  }

  DamagedTenantException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
