package io.dosql.engine.archive;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a restore from the archived history had found before it replaced the first tenant, so that a
 * later attempt brings all tenants to the same moment, however the archive has grown since.
 *
 * @param formatVersion {@link #FORMAT_VERSION}
 * @param leftOut of a restore of all tenants
 */
public record RestoreRecord(
    @JsonProperty(required = true) int formatVersion,
    @JsonProperty(required = true) List<TenantState> tenants,
    List<LeftOut> leftOut) {

  static final int FORMAT_VERSION = 1;

  /** A tenant's state in the archive. */
  public record TenantState(
      @JsonProperty(required = true) String tenant,
      @JsonProperty(required = true) String line,
      @JsonProperty(required = true)
          @JsonFormat(shape = JsonFormat.Shape.STRING)
          @JsonDeserialize(using = LsnText.class)
          long lsn,
      @JsonProperty(required = true) Instant time) {

    public TenantState {
      String _ = ArchiveLayout.checkTenant(tenant);
      String _ = ArchiveLayout.checkLine(line);
      if (lsn < 1) {
        throw new IllegalArgumentException("the field lsn is " + lsn);
      }
    }
  }

  /**
   * A tenant that is not brought back, because it had been deleted.
   *
   * @param deletedTime by when
   */
  public record LeftOut(
      @JsonProperty(required = true) String tenant,
      @JsonProperty(required = true) Instant deletedTime) {

    public LeftOut {
      String _ = ArchiveLayout.checkTenant(tenant);
    }
  }

  public RestoreRecord(
      int formatVersion, List<TenantState> tenants, @Nullable List<LeftOut> leftOut) {
    if (formatVersion != FORMAT_VERSION) {
      throw new IllegalArgumentException("the field formatVersion is " + formatVersion);
    }
    this.formatVersion = formatVersion;
    this.tenants = List.copyOf(tenants);
    this.leftOut = leftOut == null ? List.of() : List.copyOf(leftOut);
  }

  /** The record of a restore that begins. */
  public static RestoreRecord of(List<TenantState> tenants, List<LeftOut> leftOut) {
    return new RestoreRecord(FORMAT_VERSION, tenants, leftOut);
  }
}
