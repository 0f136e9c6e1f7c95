/**
 * The resource types of the group {@code dosql.io}, version {@code v1alpha1}.
 *
 * <p>Entry points: {@link io.dosql.crds.DoSQLDatabase}, {@link io.dosql.crds.DoSQLMigration},
 * {@link io.dosql.crds.DoSQLBackup}, {@link io.dosql.crds.DoSQLRestore}. The CRDs in {@code
 * crds/generated} are made from these types; what a field promises stands in its description, which
 * is what {@code kubectl explain} prints. A field exists only if it works.
 *
 * <p>Forbidden: any dependency on the operator, the engine or a Kubernetes client's I/O.
 */
@NullMarked
package io.dosql.crds;

import org.jspecify.annotations.NullMarked;
