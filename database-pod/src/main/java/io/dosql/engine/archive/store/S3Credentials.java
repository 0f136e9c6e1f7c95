package io.dosql.engine.archive.store;

/** A key pair of an S3 account. Printing it does not show the secret. */
public record S3Credentials(String accessKeyId, String secretAccessKey) {

  public S3Credentials {
    if (accessKeyId.isEmpty() || secretAccessKey.isEmpty()) {
      throw new IllegalArgumentException("an access key and its secret must not be empty");
    }
  }

  @Override
  public String toString() {
    return "S3Credentials[accessKeyId=" + accessKeyId + ", secretAccessKey=***]";
  }
}
