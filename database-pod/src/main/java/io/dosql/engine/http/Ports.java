package io.dosql.engine.http;

/** Which port serves what. */
public record Ports(int data, int admin) {
  public Ports {
    if (data == admin) {
      throw new IllegalArgumentException("The two ports must differ: " + data);
    }
  }

  Surface surfaceOf(int port) {
    return port == admin ? Surface.ADMIN : Surface.DATA;
  }
}
