package io.dosql.e2e;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The API server itself refuses what can never work, in our words. */
final class RefusedResourcesE2E {

  @RegisterExtension static final TestNamespace NAMESPACE = new TestNamespace("refused");

  private static Arguments database(String spec, String message) {
    return Arguments.of("DoSQLDatabase", spec, message);
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        database(
            """
            backup:
              store:
                s3:
                  endpoint: http://s3:9000
                  bucket: backups
                  secretRef:
                    name: key
                directory:
                  claimName: backups
            """,
            "backup.store needs exactly one of s3 and directory"),
        database("backup: {store: {}}", "backup.store needs exactly one of s3 and directory"),
        database("tenants: {names: [a]}", "tenants.names needs tenants.mode: Declared"),
        database("tenants: {mode: Declared, names: [../x]}", "spec.tenants.names[0]"),
        database("storage: {size: plenty}", "spec.storage.size"),
        database(
            "backup: {store: {directory: {claimName: c}}, retention: {}}",
            "retention needs keepLast, keepDays or window"),
        Arguments.of("DoSQLMigration", "databaseRef: {name: shop}", "spec.migrations"),
        Arguments.of(
            "DoSQLMigration",
            "{databaseRef: {name: shop}, migrations: [{id: users, sql: SELECT 1}]}",
            "spec.migrations[0].id"),
        Arguments.of("DoSQLRestore", "databaseRef: {name: shop}", "exactly one of backupRef"),
        Arguments.of("DoSQLBackup", "{}", "spec.databaseRef"));
  }

  @ParameterizedTest
  @MethodSource
  void refused(String kind, String spec, String message) {
    assertThatThrownBy(() -> NAMESPACE.apply(resource(kind, "wrong", spec)))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining(message);
  }

  private static String resource(String kind, String name, String spec) {
    return """
    apiVersion: dosql.io/v1alpha1
    kind: %s
    metadata:
      name: %s
    spec:
    %s
    """
        .formatted(kind, name, spec.indent(2));
  }

  @Test
  void aStoreCannotShrinkAndARestoreCannotChange() {
    var _ = NAMESPACE.apply(resource("DoSQLDatabase", "shop", "storage: {size: 200Mi}"));
    assertThatThrownBy(
            () -> NAMESPACE.apply(resource("DoSQLDatabase", "shop", "storage: {size: 100Mi}")))
        .hasMessageContaining("storage.size cannot shrink");
    NAMESPACE.applyRestore("once", "shop", "one");
    assertThatThrownBy(() -> NAMESPACE.applyRestore("once", "shop", "another"))
        .hasMessageContaining("create another DoSQLRestore");
  }
}
