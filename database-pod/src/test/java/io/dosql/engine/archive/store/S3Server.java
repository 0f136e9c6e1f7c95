package io.dosql.engine.archive.store;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;

/** A real S3 server in this JVM, on a port of its own; checks signatures. */
public final class S3Server implements AutoCloseable {

  public static final S3Credentials CREDENTIALS =
      new S3Credentials("test-access-key", "test-secret-key");

  private final TransientNio2BlobStore blobs;
  private final S3Proxy proxy;
  private final AtomicInteger buckets = new AtomicInteger();

  public S3Server(Path folder) throws Exception {
    blobs = new TransientNio2BlobStore();
    proxy =
        S3Proxy.builder()
            .blobStore(blobs)
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(
                AuthenticationType.AWS_V4, CREDENTIALS.accessKeyId(), CREDENTIALS.secretAccessKey())
            .build();
    proxy.start();
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + proxy.getPort());
  }

  /** A new bucket with nothing in it. */
  public S3Settings newBucket() {
    String bucket = "bucket-" + buckets.incrementAndGet();
    blobs.createContainer(bucket);
    return new S3Settings(endpoint(), bucket, S3Settings.DEFAULT_REGION);
  }

  /** Removes a bucket and all that is in it, as somebody else might. */
  public void deleteBucket(String bucket) {
    blobs.deleteContainer(bucket);
  }

  /** The keys of the uploads in parts that have begun and not ended. */
  public List<String> uploads(String bucket) {
    return blobs.listMultipartUploads(bucket).stream().map(upload -> upload.key()).toList();
  }

  @Override
  public void close() throws Exception {
    proxy.stop();
  }
}
