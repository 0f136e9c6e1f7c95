package io.dosql.operator.pod;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code PUT /admin/operations/ID}; the engine refuses fields that it does not know.
 */
public sealed interface OperationRequest {

  @JsonProperty("kind")
  String kind();

  /** An empty list of tenants means all, and is not sent. */
  record Migrate(
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> tenants,
      List<Migration> migrations,
      boolean plan)
      implements OperationRequest {

    @Override
    public String kind() {
      return "migrate";
    }
  }

  record Migration(String id, String sql) {}

  record Backup(String name, @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> tenants)
      implements OperationRequest {

    @Override
    public String kind() {
      return "backup";
    }
  }

  /**
   * Exactly one of the first five is set.
   *
   * @param preRestoreId another restore, whose states before are brought back
   * @param targetTime RFC 3339
   * @param targetLsn of the one tenant that is named
   * @param source whether to read the store to bootstrap from, rather than the pod's own
   */
  record Restore(
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String backup,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String preRestoreId,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String targetTime,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String targetLsn,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean latest,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> tenants,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean dryRun,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean source,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String line)
      implements OperationRequest {

    @Override
    public String kind() {
      return "restore";
    }
  }

  record Prune(List<String> backups) implements OperationRequest {

    @Override
    public String kind() {
      return "prune";
    }
  }
}
