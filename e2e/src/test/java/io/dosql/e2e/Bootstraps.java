package io.dosql.e2e;

import java.net.URI;

/** Specs of databases that begin with what another one stored. */
final class Bootstraps {

  static final String CONDITION = "BootstrapRestored";

  private Bootstraps() {}

  /** The newest state of a database of the same namespace. */
  static String latest(URI endpoint, String bucket, String source) {
    return of(endpoint, bucket, "name: " + source, "latest: true");
  }

  /**
   * @param source fields of {@code from.database}
   * @param target what is restored, as of when
   */
  static String of(URI endpoint, String bucket, String source, String target) {
    return """
    bootstrap:
      restore:
        from:
    %s
          database:
    %s
    %s
    """
        .formatted(
            TestNamespace.store(endpoint, bucket).indent(4).stripTrailing(),
            source.indent(8).stripTrailing(),
            target.indent(4).stripTrailing());
  }
}
