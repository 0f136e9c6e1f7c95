package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** A bucket of an S3 service, addressed in path style. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record S3Store(
    @Required
        @Pattern("^https?://[^/?#]+/?$")
        @Size(max = 512)
        @JsonPropertyDescription("URL of the service, such as http://minio.minio.svc:9000.")
        String endpoint,
    @Required
        @Pattern("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
        @Size(max = 63)
        @JsonPropertyDescription("Name of the bucket; it must exist.")
        String bucket,
    @Nullable
        @Pattern(BackupLocations.PREFIX_PATTERN)
        @Size(min = 1, max = 256)
        @JsonPropertyDescription(
            "Folder in the bucket for all that this database stores; NAMESPACE/NAME of the database"
                + " if absent. No two databases may share one.")
        String prefix,
    @Default(S3Store.DEFAULT_REGION)
        @Size(min = 1, max = 64)
        @JsonPropertyDescription("Region that requests are signed for.")
        String region,
    @Required @JsonPropertyDescription("The Secret with the access key.") S3Credentials secretRef,
    @Nullable @JsonPropertyDescription("Encryption by the service. Absent: as the bucket has it.")
        ServerSideEncryption serverSideEncryption) {

  public static final String DEFAULT_REGION = "us-east-1";

  public S3Store(
      String endpoint,
      String bucket,
      @Nullable String prefix,
      @Nullable String region,
      S3Credentials secretRef,
      @Nullable ServerSideEncryption serverSideEncryption) {
    this.endpoint = endpoint;
    this.bucket = bucket;
    this.prefix = prefix;
    this.region = region == null ? DEFAULT_REGION : region;
    this.secretRef = secretRef;
    this.serverSideEncryption = serverSideEncryption;
  }
}
