package io.dosql.operator.step;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dosql.crds.RestoreProgress;
import io.dosql.operator.pod.Operation;
import io.dosql.operator.testing.Operations;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RestoreViewTest {

  private static final String START = "2026-11-24T10:00:00Z";

  private static RestoreProgress after(
      long seconds, int done, long bytes, @Nullable RestoreProgress before) {
    return RestoreView.progress(
        new Operation.Progress(done, 4, bytes, 1_000_000),
        before,
        START,
        Instant.parse(START).plusSeconds(seconds));
  }

  @Test
  void progress_saysBytesPercentAndWhatRemains() {
    assertThat(after(10, 1, 250_000, null))
        .isEqualTo(new RestoreProgress(1, 4, 250_000L, 1_000_000L, 25, 30L));
    assertThat(after(0, 0, 0, null)).isEqualTo(new RestoreProgress(0, 4, 0L, 1_000_000L, 0, null));
  }

  @Test
  void withoutBytes_onlyTenantsAreCounted() {
    assertThat(
            RestoreView.progress(
                Operation.Progress.ofTenants(1, 3), null, START, Instant.parse(START)))
        .isEqualTo(RestoreProgress.ofTenants(1, 3));
  }

  @Test
  void progressThatIsNoHundredthFurther_isWhatItWas() {
    RestoreProgress before = after(10, 1, 250_000, null);
    assertThat(after(11, 1, 259_999, before)).isSameAs(before);
    assertThat(after(11, 1, 260_000, before).percent()).isEqualTo(26);
    assertThat(after(11, 2, 250_001, before).done()).isEqualTo(2);
  }

  @Test
  void wholeRestore_writesItsProgressAHundredTimes() {
    Set<RestoreProgress> written = new HashSet<>();
    RestoreProgress progress = null;
    for (int second = 0; second <= 5_000; second++) {
      progress = after(second, 0, second * 200L, progress);
      written.add(progress);
    }
    assertThat(written).hasSize(101);
  }

  @Test
  void tenantsThatWereRestoredBefore_areNotForgotten() {
    assertThat(after(1, 0, 0, RestoreProgress.ofTenants(2, 3)).done()).isEqualTo(2);
  }

  @Test
  void moreBytesThanWereToBeRead_areAllOfThem() {
    assertThat(after(10, 1, 2_000_000, null).percent()).isEqualTo(100);
  }

  @Test
  void ofManyTenants_aHundredAreNamed() {
    ObjectNode result = (ObjectNode) Operations.json("{}");
    ArrayNode tenants = result.putArray("tenants");
    for (int i = 0; i < 150; i++) {
      tenants.addObject().put("tenant", "t" + i).put("bytes", 2);
    }
    assertThat(RestoreView.tenants(result)).hasSize(100);
    assertThat(RestoreView.sum(result, "bytes")).isEqualTo(300);
    assertThat(RestoreView.reached(result)).isNull();
    assertThat(RestoreView.tenants(null)).isEmpty();
  }
}
