package io.dosql.engine.archive.store;

import static io.dosql.engine.error.ErrorCode.STORAGE_BUCKET_NOT_FOUND;
import static io.dosql.engine.error.ErrorCode.STORAGE_NOT_FOUND;

import io.dosql.engine.error.DosqlException;
import io.minio.DeleteObjectsArgs;
import io.minio.GetObjectArgs;
import io.minio.HeadBucketArgs;
import io.minio.HeadObjectArgs;
import io.minio.HeadObjectResponse;
import io.minio.messages.DeleteRequest;
import io.minio.messages.DeleteResult;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Objects in a bucket, addressed by path ({@code http://host/bucket/key}).
 *
 * <p>Credentials are asked for with every request, so that a changed Secret takes effect at once.
 * Every object carries its SHA-256 as metadata.
 */
public final class S3ObjectStore implements ObjectStore {

  /** In keys; S3 takes no more in one request. */
  private static final int DELETE_BATCH_MAX = 1000;

  private final String bucket;
  private final S3Limits limits;
  private final S3Client client;
  private final Retry retry;
  private final Map<String, String> encryptionHeaders;

  /** Sends nothing yet: a bucket that is missing or forbidden is told by the calls. */
  public S3ObjectStore(S3Settings settings, S3Limits limits, Supplier<S3Credentials> credentials) {
    this(settings, limits, credentials, Thread::sleep, ThreadLocalRandom::current);
  }

  S3ObjectStore(
      S3Settings settings,
      S3Limits limits,
      Supplier<S3Credentials> credentials,
      Retry.Pause pause,
      Supplier<? extends RandomGenerator> random) {
    this.bucket = settings.bucket();
    this.limits = limits;
    this.client = new S3Client(settings, limits, credentials);
    this.retry = new Retry(limits, pause, random, credentials);
    this.encryptionHeaders = settings.serverSideEncryption().headers();
  }

  @Override
  public PutResult putIfAbsent(String key, ObjectContent content, Map<String, String> metadata) {
    Map<String, String> all = new HashMap<>(metadata);
    all.put(ObjectMetadata.SHA256, content.sha256());
    all.put(S3Upload.UPLOAD_ID, UUID.randomUUID().toString());
    S3Upload upload = upload(retry, ObjectKeys.check(key), content, all);
    return content instanceof ObjectContent.StoredFile file && file.sizeBytes() > limits.partBytes()
        ? upload.inParts(file, limits.partBytes())
        : upload.inOnePiece();
  }

  private S3Upload upload(
      Retry repeating, String key, ObjectContent content, Map<String, String> metadata) {
    return new S3Upload(client, repeating, bucket, key, content, metadata, encryptionHeaders);
  }

  @Override
  public InputStream get(String key, long offset) {
    return read(key, offset, null);
  }

  @Override
  public InputStream get(String key, long offset, long bytesMax) {
    // A server need not heed the range's end.
    return new BoundedInput(read(key, offset, bytesMax), bytesMax);
  }

  private InputStream read(String key, long offset, @Nullable Long length) {
    if (offset < 0) {
      throw new IllegalArgumentException("negative offset in " + key);
    }
    GetObjectArgs.Builder args =
        GetObjectArgs.builder().bucket(bucket).object(ObjectKeys.check(key));
    if (offset > 0) {
      args.offset(offset);
    }
    if (length != null) {
      args.length(length);
    }
    return retry.call(previous -> read(key, args.build()));
  }

  private InputStream read(String key, GetObjectArgs args) {
    try {
      return client.transfer("read " + key, s3 -> s3.getObject(args));
    } catch (DosqlException e) {
      if (S3Client.serverCode(e).equals("InvalidRange")) {
        // There is nothing from there on.
        return InputStream.nullInputStream();
      }
      throw e;
    }
  }

  @Override
  public Optional<ObjectInfo> head(String key) {
    HeadObjectArgs args =
        HeadObjectArgs.builder().bucket(bucket).object(ObjectKeys.check(key)).build();
    try {
      return Optional.of(
          info(
              key,
              retry.call(previous -> client.control("look at " + key, s3 -> s3.headObject(args)))));
    } catch (DosqlException e) {
      if (e.code() != STORAGE_NOT_FOUND) {
        throw e;
      }
      requireBucket();
      return Optional.empty();
    }
  }

  @Override
  public Iterator<ObjectInfo> list(String prefix, @Nullable String startAfter) {
    return new S3Listing(client, retry, bucket, prefix, startAfter);
  }

  @Override
  public List<String> folders(String folder) {
    return new S3Listing(client, retry, bucket, ObjectKeys.checkFolder(folder), null).folders();
  }

  @Override
  public void delete(Collection<String> keys) {
    List<String> left = new ArrayList<>(keys);
    left.forEach(ObjectKeys::check);
    for (int from = 0; from < left.size(); from += DELETE_BATCH_MAX) {
      List<String> batch = left.subList(from, Math.min(from + DELETE_BATCH_MAX, left.size()));
      retry.call(previous -> deleteBatch(batch));
    }
  }

  /** Also whether a second writer of the same object is refused. */
  @Override
  public ProbeResult probe(String key) {
    ObjectKeys.check(key);
    Retry once = retry.withAttempts(1);
    try {
      new S3Listing(client, once, bucket, key, null).probe();
      PutResult first = putProbe(once, key);
      if (first == PutResult.CREATED && putProbe(once, key) == first) {
        throw client.errors().ignoresConditions("write " + key);
      }
      return new ProbeResult.Usable();
    } catch (DosqlException e) {
      return ProbeResult.of(e);
    }
  }

  private PutResult putProbe(Retry once, String key) {
    Map<String, String> metadata = Map.of(S3Upload.UPLOAD_ID, UUID.randomUUID().toString());
    return upload(once, key, ObjectContent.of(new byte[0]), metadata).inOnePiece();
  }

  @Override
  public int abortUploads(String prefix, Instant begunBefore) {
    return new S3Leftovers(client, retry, bucket)
        .abort(prefix, upload -> upload.initiated().toInstant().isBefore(begunBefore));
  }

  @Override
  public void close() {
    client.close();
  }

  /** The answer to a HEAD has no body, and so does not tell a missing object from its bucket. */
  private void requireBucket() {
    try {
      retry.call(
          previous ->
              client.control(
                  "look at the bucket",
                  s3 -> s3.headBucket(HeadBucketArgs.builder().bucket(bucket).build())));
    } catch (DosqlException e) {
      if (e.code() == STORAGE_BUCKET_NOT_FOUND) {
        throw e;
      }
      // Whoever may read objects need not be allowed to look at the bucket.
    }
  }

  private boolean deleteBatch(List<String> keys) {
    DeleteObjectsArgs args =
        DeleteObjectsArgs.builder()
            .bucket(bucket)
            .quiet(true)
            .objects(keys.stream().map(DeleteRequest.Object::new).toList())
            .build();
    List<DeleteResult.Error> failures =
        client.control("delete objects", s3 -> s3.deleteObjects(args)).result().errors();
    for (DeleteResult.Error failure : failures) {
      String code = String.valueOf(failure.code());
      if (!code.equals("NoSuchKey")) {
        throw client
            .errors()
            .ofCode("delete " + failure.objectName(), code, String.valueOf(failure.message()));
      }
    }
    return failures.isEmpty();
  }

  private static ObjectInfo info(String key, HeadObjectResponse response) {
    Map<String, String> metadata = new HashMap<>();
    for (Map.Entry<String, String> entry : response.userMetadata()) {
      metadata.put(entry.getKey().toLowerCase(Locale.ROOT), entry.getValue());
    }
    return new ObjectInfo(key, response.size(), response.lastModified().toInstant(), metadata);
  }
}
