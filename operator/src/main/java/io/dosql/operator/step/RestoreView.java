package io.dosql.operator.step;

import com.fasterxml.jackson.databind.JsonNode;
import io.dosql.crds.LeftOutTenant;
import io.dosql.crds.RestoreProgress;
import io.dosql.crds.RestoreStatus.TargetReached;
import io.dosql.crds.RestoredTenant;
import io.dosql.operator.pod.Operation;
import io.dosql.operator.status.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the answers of a restore say, as statuses say it; pure. */
public final class RestoreView {

  /** A status has no room for thousands of tenants. */
  static final int TENANTS_MAX = 100;

  /** A message has room for a few. */
  private static final int NAMES_MAX = 5;

  private static final int ALL_PERCENT = 100;

  private RestoreView() {}

  /**
   * The progress to write down. While neither a tenant nor a hundredth was added, it is what it
   * was, so that a restore writes its status a hundred times and not each second.
   *
   * @param before what was written down; a pod that restarted counts anew
   * @param startTime when the attempt began
   */
  public static RestoreProgress progress(
      Operation.Progress now,
      @Nullable RestoreProgress before,
      @Nullable String startTime,
      Instant time) {
    int done = Math.max(now.done(), before == null ? 0 : before.done());
    int total = Math.max(now.total(), done);
    if (now.bytesTotal() <= 0) {
      return RestoreProgress.ofTenants(done, total);
    }
    long bytesDone = Math.min(Math.max(0, now.bytesDone()), now.bytesTotal());
    int percent = (int) ((double) bytesDone / now.bytesTotal() * ALL_PERCENT);
    if (before != null
        && before.done() == done
        && before.total() == total
        && before.percent() != null
        && before.percent() == percent) {
      return before;
    }
    return new RestoreProgress(
        done,
        total,
        bytesDone,
        now.bytesTotal(),
        percent,
        remaining(bytesDone, now.bytesTotal(), startTime, time).orElse(null));
  }

  private static Optional<Long> remaining(
      long done, long total, @Nullable String startTime, Instant time) {
    return Times.parse(startTime)
        .map(start -> Duration.between(start, time).toSeconds())
        .filter(seconds -> done > 0 && seconds > 0)
        .map(seconds -> (long) Math.ceil((double) seconds * (total - done) / done));
  }

  /** The first hundred tenants of a result. */
  public static List<RestoredTenant> tenants(@Nullable JsonNode result) {
    return first(result, "tenants", RestoreView::tenant);
  }

  /** The first hundred tenants that were left out. */
  public static List<LeftOutTenant> leftOut(@Nullable JsonNode result) {
    return first(
        result,
        "leftOut",
        tenant ->
            new LeftOutTenant(tenant.path("tenant").asText(), tenant.path("deletedTime").asText()));
  }

  private static <T> List<T> first(
      @Nullable JsonNode result, String list, Function<JsonNode, T> tenant) {
    return result == null
        ? List.of()
        : result.path(list).valueStream().limit(TENANTS_MAX).map(tenant).toList();
  }

  /** A sentence about tenants that were left out, with a space before it; empty if none was. */
  public static String aboutLeftOut(@Nullable JsonNode result) {
    List<LeftOutTenant> tenants = leftOut(result);
    if (result == null || tenants.isEmpty()) {
      return "";
    }
    String names =
        tenants.stream()
            .limit(NAMES_MAX)
            .map(LeftOutTenant::tenant)
            .collect(Collectors.joining(", "));
    int more = result.path("leftOut").size() - NAMES_MAX;
    return " Left out, because they had been deleted by then: %s%s; to bring one back, name it in tenants, with latest."
        .formatted(names, more > 0 ? " and %d more".formatted(more) : "");
  }

  private static RestoredTenant tenant(JsonNode tenant) {
    return new RestoredTenant(
        tenant.path("tenant").asText(),
        text(tenant, "fromLine"),
        text(tenant, "fromLsn"),
        text(tenant, "fromTime"),
        number(tenant, "objects"),
        number(tenant, "bytes"),
        number(tenant, "databaseBytes"),
        text(tenant, "lsn"));
  }

  /** The sum of a field over all tenants of a result; 0 where it is not told. */
  public static long sum(@Nullable JsonNode result, String field) {
    long sum = 0;
    if (result != null) {
      for (JsonNode tenant : result.path("tenants")) {
        sum += tenant.path(field).asLong(0);
      }
    }
    return sum;
  }

  /** The commit that was reached; null if the engine does not tell. */
  public static @Nullable TargetReached reached(@Nullable JsonNode result) {
    if (result == null) {
      return null;
    }
    List<JsonNode> tenants = new ArrayList<>();
    result.path("tenants").forEach(tenants::add);
    String lsn = tenants.size() == 1 ? text(tenants.getFirst(), "fromLsn") : null;
    String time =
        tenants.stream()
            .map(tenant -> text(tenant, "fromTime"))
            .flatMap(text -> Times.parse(text).stream())
            .max(Comparator.naturalOrder())
            .map(Instant::toString)
            .orElse(null);
    return lsn == null && time == null ? null : new TargetReached(lsn, time);
  }

  private static @Nullable String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isTextual() && !value.asText().isEmpty() ? value.asText() : null;
  }

  private static @Nullable Long number(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isNumber() ? Long.valueOf(value.asLong()) : null;
  }
}
