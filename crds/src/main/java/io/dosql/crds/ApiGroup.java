package io.dosql.crds;

/** Names that all resource types share. */
public final class ApiGroup {

  public static final String NAME = "dosql.io";
  public static final String VERSION = "v1alpha1";

  /** {@code kubectl get dosql} lists every kind of this group. */
  public static final String CATEGORY = "dosql";

  /** What a tenant may be called; the engine holds the same rule. */
  static final String TENANT_PATTERN = "^[a-z0-9][a-z0-9-]{0,62}$";

  private ApiGroup() {}
}
