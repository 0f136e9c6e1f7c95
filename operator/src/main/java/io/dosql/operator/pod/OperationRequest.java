package io.dosql.operator.pod;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

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

  record Restore(String backup, @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> tenants)
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
