package io.dosql.operator.pod;

import io.dosql.crds.DoSQLDatabase;

/**
 * Which image a database's engine has.
 *
 * @param installed of engines whose database names none
 */
public record EngineImages(String installed) {

  public EngineImages {
    if (installed.isBlank()) {
      throw new IllegalArgumentException("the default image of engine pods is empty");
    }
  }

  public String of(DoSQLDatabase database) {
    String own = database.getSpec().image();
    return own == null ? installed : own;
  }
}
