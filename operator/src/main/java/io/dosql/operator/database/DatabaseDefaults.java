package io.dosql.operator.database;

/**
 * What the operator was installed with.
 *
 * @param image of engine pods whose database names none
 */
public record DatabaseDefaults(String image) {

  public DatabaseDefaults {
    if (image.isBlank()) {
      throw new IllegalArgumentException("the default image of engine pods is empty");
    }
  }
}
