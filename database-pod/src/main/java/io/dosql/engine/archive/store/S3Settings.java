package io.dosql.engine.archive.store;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Which bucket, and where.
 *
 * @param endpoint {@code http} or {@code https}, a host and perhaps a port
 * @param region used for signing; servers other than AWS mostly take any
 * @param serverSideEncryption of every new object
 */
public record S3Settings(
    URI endpoint, String bucket, String region, ServerSideEncryption serverSideEncryption) {

  /** What most servers expect when they do not care. */
  public static final String DEFAULT_REGION = "us-east-1";

  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
  private static final Pattern REGION = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /** With the encryption that the bucket has. */
  public S3Settings(URI endpoint, String bucket, String region) {
    this(endpoint, bucket, region, new ServerSideEncryption.ByBucket());
  }

  public S3Settings {
    String scheme = String.valueOf(endpoint.getScheme()).toLowerCase(Locale.ROOT);
    boolean hasPath = endpoint.getPath() != null && !endpoint.getPath().matches("/?");
    if (!(scheme.equals("http") || scheme.equals("https"))
        || endpoint.getHost() == null
        || endpoint.getUserInfo() != null
        || endpoint.getQuery() != null
        || hasPath) {
      throw new IllegalArgumentException(
          "the S3 endpoint must be http(s)://host[:port], not " + endpoint);
    }
    if (!BUCKET.matcher(bucket).matches()) {
      throw new IllegalArgumentException("not the name of an S3 bucket: \"" + bucket + "\"");
    }
    if (!REGION.matcher(region).matches()) {
      throw new IllegalArgumentException("not an S3 region: \"" + region + "\"");
    }
  }
}
