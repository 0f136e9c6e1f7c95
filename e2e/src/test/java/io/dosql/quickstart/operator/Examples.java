package io.dosql.quickstart.operator;

/** Resources as people write them. */
final class Examples {

  static final String DATABASE =
      """
      apiVersion: dosql.io/v1alpha1
      kind: DoSQLDatabase
      metadata: {name: orders}
      spec:
        backup:
          store:
            s3: {endpoint: "http://127.0.0.1:9000", bucket: backups, secretRef: {name: s3-access}}
      """;

  static final String MIGRATION =
      """
      apiVersion: dosql.io/v1alpha1
      kind: DoSQLMigration
      metadata: {name: schema}
      spec:
        databaseRef: {name: orders}
        migrations:
          - {id: 001_users, sql: "CREATE TABLE users (id INTEGER PRIMARY KEY)"}
      """;

  static final String BACKUP =
      """
      apiVersion: dosql.io/v1alpha1
      kind: DoSQLBackup
      metadata: {name: nightly}
      spec: {databaseRef: {name: orders}}
      """;

  static final String RESTORE =
      """
      apiVersion: dosql.io/v1alpha1
      kind: DoSQLRestore
      metadata: {name: undo}
      spec: {databaseRef: {name: orders}, backupRef: {name: nightly}}
      """;

  static final String S3_SECRET =
      """
      apiVersion: v1
      kind: Secret
      metadata: {name: s3-access}
      stringData: {accessKeyId: id, secretAccessKey: key}
      """;

  private Examples() {}
}
