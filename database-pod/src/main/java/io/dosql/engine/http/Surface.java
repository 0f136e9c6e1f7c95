package io.dosql.engine.http;

/** The two ports: SQL for applications, administration for the operator. */
public enum Surface {
  DATA,
  ADMIN
}
