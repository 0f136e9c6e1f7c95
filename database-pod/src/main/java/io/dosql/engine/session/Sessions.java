package io.dosql.engine.session;

/** Opens sessions on tenants. Thread safe. */
public interface Sessions {

  /**
   * Opens a session on a tenant; touches no file before its first statement.
   *
   * @param tenant as the client wrote it; a bad name fails with INVALID_REQUEST, one that is not
   *     there and may not be made with NOT_FOUND
   * @param options what this session may do
   */
  SqlSession open(String tenant, SessionOptions options);
}
