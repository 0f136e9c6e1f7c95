package io.dosql.engine.archive;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.time.Instant;
import java.util.List;

/**
 * What a restore from the archived history had found before it replaced the first tenant, so that a
 * later attempt brings all tenants to the same moment, however the archive has grown since.
 *
 * @param formatVersion {@link #FORMAT_VERSION}
 */
public record RestoreRecord(
    @JsonProperty(required = true) int formatVersion,
    @JsonProperty(required = true) List<TenantState> tenants) {

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

  public RestoreRecord {
    if (formatVersion != FORMAT_VERSION) {
      throw new IllegalArgumentException("the field formatVersion is " + formatVersion);
    }
    tenants = List.copyOf(tenants);
  }

  /** The record of a restore that begins. */
  public static RestoreRecord of(List<TenantState> tenants) {
    return new RestoreRecord(FORMAT_VERSION, tenants);
  }
}
