package io.dosql.crds;

/** Names that all resource types share. */
public final class ApiGroup {

  public static final String NAME = "dosql.io";
  public static final String VERSION = "v1alpha1";

  /** {@code kubectl get dosql} lists every kind of this group. */
  public static final String CATEGORY = "dosql";

  /** What a tenant may be called; the engine holds the same rule. */
  static final String TENANT_PATTERN = "^[a-z0-9][a-z0-9-]{0,62}$";

  /** A tenant's name, or a pattern of names. */
  static final String TENANT_SCOPE_PATTERN = "^[a-z0-9*][a-z0-9*-]{0,62}$";

  /** What a Secret or a ServiceAccount may be called. */
  static final String OBJECT_NAME_PATTERN = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$";

  /** A time in one unit, which CEL and Go read alike. */
  static final String DURATION_PATTERN = "^[1-9][0-9]{0,6}(ms|s|m|h)$";

  /** A moment, RFC 3339, to the nanosecond. */
  static final String TIME_PATTERN =
      "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
          + "([.][0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$";

  /** A size in bytes, as a quantity without fractions. */
  static final String BYTES_PATTERN = "^[1-9][0-9]{0,15}(Ki|Mi|Gi|Ti|k|M|G|T)?$";

  private ApiGroup() {}
}
