package io.dosql.engine.archive.store;

import static io.dosql.engine.error.ErrorCode.STORAGE_CONFLICT;
import static io.dosql.engine.error.ErrorCode.STORAGE_NOT_FOUND;

import io.dosql.engine.error.DosqlException;
import io.minio.CompleteMultipartUploadArgs;
import io.minio.CreateMultipartUploadArgs;
import io.minio.HeadObjectArgs;
import io.minio.HeadObjectResponse;
import io.minio.Http;
import io.minio.PutObjectAPIArgs;
import io.minio.UploadPartArgs;
import io.minio.messages.Part;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One object on its way to S3, at once or in parts; the object appears with the last step only.
 *
 * <p>That step carries {@code If-None-Match: *}. When its answer is lost and it is repeated, the
 * store says 412 because of our own first attempt. So every upload has a random id in its metadata,
 * and a 412 is followed by a look at whose object that is.
 *
 * <p>Parts carry an MD5 instead of the client's checksums, which S3 accepts only when they were
 * announced at the beginning of the upload. One thread.
 */
final class S3Upload {

  /** Metadata: which call created the object. */
  static final String UPLOAD_ID = "upload-id";

  private static final Logger LOG = LoggerFactory.getLogger(S3Upload.class);
  private static final String PRECONDITION_FAILED = "PreconditionFailed";
  private static final String NO_SUCH_UPLOAD = "NoSuchUpload";
  private static final Map<String, String> IF_NONE_MATCH = Map.of("If-None-Match", "*");
  private static final int SMALL_BYTES_MAX = 1 << 20;

  private final S3Client client;
  private final Retry retry;
  private final String bucket;
  private final String key;
  private final ObjectContent content;
  private final Map<String, String> metadata;
  private final Map<String, String> headers;
  private final S3Leftovers leftovers;
  private final String action;

  /**
   * @param metadata must hold a value of its own under {@link #UPLOAD_ID}
   * @param headers of the request that begins the object
   */
  S3Upload(
      S3Client client,
      Retry retry,
      String bucket,
      String key,
      ObjectContent content,
      Map<String, String> metadata,
      Map<String, String> headers) {
    this.client = client;
    this.retry = retry;
    this.bucket = bucket;
    this.key = key;
    this.content = content;
    this.metadata = metadata;
    this.headers = headers;
    this.leftovers = new S3Leftovers(client, retry, bucket);
    this.action = "write " + key;
  }

  PutResult inOnePiece() {
    return retry.call(previous -> unlessTaken(this::put));
  }

  /** In parts of {@code partBytes}, or larger ones if there were too many. */
  PutResult inParts(ObjectContent.StoredFile file, long partBytes) {
    if (retry.call(previous -> find()).isPresent()) {
      return PutResult.ALREADY_EXISTS;
    }
    long bytes = Math.max(partBytes, Math.ceilDiv(file.sizeBytes(), S3Limits.PARTS_MAX));
    String upload = retry.call(previous -> createUpload());
    boolean created = false;
    try {
      PutResult result = sendInParts(upload, file, bytes);
      created = result == PutResult.CREATED;
      abortOthers(upload);
      return result;
    } finally {
      if (!created) {
        abort(upload);
      }
    }
  }

  private PutResult sendInParts(String upload, ObjectContent.StoredFile file, long bytes) {
    try {
      Part[] parts = new Part[(int) Math.ceilDiv(file.sizeBytes(), bytes)];
      for (int i = 0; i < parts.length; i++) {
        long offset = i * bytes;
        long length = Math.min(bytes, file.sizeBytes() - offset);
        int number = i + 1;
        parts[i] = retry.call(previous -> putPart(upload, file, number, offset, length));
      }
      return retry.call(previous -> unlessTaken(() -> complete(upload, parts)));
    } catch (DosqlException e) {
      if (S3Client.serverCode(e).equals(NO_SUCH_UPLOAD)) {
        return whoseObject(e);
      }
      throw e;
    }
  }

  /** Does the last step, or finds out why it was refused. */
  private PutResult unlessTaken(Runnable lastStep) {
    try {
      lastStep.run();
      return PutResult.CREATED;
    } catch (DosqlException e) {
      String code = S3Client.serverCode(e);
      // An upload that is gone was completed by an attempt whose answer was lost.
      if (!code.equals(PRECONDITION_FAILED) && !code.equals(NO_SUCH_UPLOAD)) {
        throw e;
      }
      return whoseObject(e);
    }
  }

  private PutResult whoseObject(DosqlException refusal) {
    Optional<HeadObjectResponse> there = retry.call(previous -> find());
    if (there.isPresent()) {
      return isOurs(there.get()) ? PutResult.CREATED : PutResult.ALREADY_EXISTS;
    }
    throw new DosqlException(
        STORAGE_CONFLICT,
        "Cannot %s in the bucket %s: it was taken and is gone again, or somebody aborted the upload."
            .formatted(action, bucket),
        refusal);
  }

  private boolean isOurs(HeadObjectResponse there) {
    return there.size() == content.sizeBytes()
        && metadata.get(UPLOAD_ID) != null
        && metadata.get(UPLOAD_ID).equals(there.userMetadata().getFirst(UPLOAD_ID));
  }

  private Optional<HeadObjectResponse> find() {
    HeadObjectArgs args = HeadObjectArgs.builder().bucket(bucket).object(key).build();
    try {
      return Optional.of(client.control(action, s3 -> s3.headObject(args)));
    } catch (DosqlException e) {
      if (e.code() == STORAGE_NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private void put() {
    Http.Headers headers = objectHeaders();
    headers.put(Http.Headers.X_AMZ_CONTENT_SHA256, content.sha256());
    PutObjectAPIArgs.Builder args =
        PutObjectAPIArgs.builder()
            .bucket(bucket)
            .object(key)
            .headers(headers)
            .extraHeaders(IF_NONE_MATCH);
    switch (content) {
      case ObjectContent.Bytes bytes -> put(args.data(bytes.bytes(), bytes.bytes().length).build());
      case ObjectContent.StoredFile stored -> {
        try (RandomAccessFile file = new RandomAccessFile(stored.file().toFile(), "r")) {
          put(args.file(file, stored.sizeBytes()).build());
        } catch (IOException e) {
          throw client.errors().translate(action, e);
        }
      }
    }
  }

  private void put(PutObjectAPIArgs args) {
    if (content.sizeBytes() <= SMALL_BYTES_MAX) {
      client.control(action, s3 -> s3.putObject(args));
    } else {
      client.transfer(action, s3 -> s3.putObject(args));
    }
  }

  private String createUpload() {
    CreateMultipartUploadArgs args =
        CreateMultipartUploadArgs.builder()
            .bucket(bucket)
            .object(key)
            .headers(objectHeaders())
            .build();
    return client.control(action, s3 -> s3.createMultipartUpload(args)).result().uploadId();
  }

  private Part putPart(
      String upload, ObjectContent.StoredFile content, int number, long offset, long length) {
    try (RandomAccessFile file = new RandomAccessFile(content.file().toFile(), "r")) {
      Http.Headers headers = partHeaders(file, offset, length);
      file.seek(offset);
      UploadPartArgs args =
          UploadPartArgs.builder()
              .bucket(bucket)
              .object(key)
              .uploadId(upload)
              .partNumber(number)
              .headers(headers)
              .file(file, length)
              .build();
      String etag = client.transfer(action, s3 -> s3.uploadPart(args)).part().etag();
      return new Part(number, etag);
    } catch (IOException e) {
      throw client.errors().translate(action, e);
    }
  }

  private void complete(String upload, Part[] parts) {
    CompleteMultipartUploadArgs args =
        CompleteMultipartUploadArgs.builder()
            .bucket(bucket)
            .object(key)
            .uploadId(upload)
            .parts(parts)
            // Repeating is ours: the client's own repetition would not know whose object it met.
            .maxRetries(1)
            .extraHeaders(IF_NONE_MATCH)
            .build();
    client.transfer(action, s3 -> s3.completeMultipartUpload(args));
  }

  /** Parts of an upload that is not aborted cost money until somebody notices. */
  private void abort(String upload) {
    try {
      leftovers.abort(key, upload);
    } catch (DosqlException e) {
      LOG.warn("Parts of {} may be left in the bucket {}: {}", key, bucket, e.getMessage());
    }
  }

  /**
   * Once the object is there, no other upload of it can end: neither another writer's, nor one of
   * ours that began without our knowing it, because the answer was lost.
   */
  private void abortOthers(String ours) {
    try {
      leftovers.abort(key, one -> one.objectName().equals(key) && !one.uploadId().equals(ours));
    } catch (DosqlException e) {
      LOG.info("Cannot look for other uploads of {}: {}", key, e.getMessage());
    }
  }

  private Http.Headers objectHeaders() {
    Http.Headers all = new Http.Headers(Http.Headers.CONTENT_TYPE, "application/octet-stream");
    metadata.forEach((name, value) -> all.put("x-amz-meta-" + name, value));
    headers.forEach(all::put);
    return all;
  }

  /** Both digests, or else the client makes its own and leaves the file at its end. */
  private static Http.Headers partHeaders(RandomAccessFile file, long offset, long length)
      throws IOException {
    MessageDigest md5 = newMd5();
    MessageDigest sha256 = ObjectContent.newSha256();
    byte[] buffer = new byte[1 << 16];
    file.seek(offset);
    long left = length;
    while (left > 0) {
      int got = (int) Math.min(left, buffer.length);
      file.readFully(buffer, 0, got);
      md5.update(buffer, 0, got);
      sha256.update(buffer, 0, got);
      left -= got;
    }
    Http.Headers headers =
        new Http.Headers(
            Http.Headers.CONTENT_MD5, Base64.getEncoder().encodeToString(md5.digest()));
    headers.put(Http.Headers.X_AMZ_CONTENT_SHA256, HexFormat.of().formatHex(sha256.digest()));
    return headers;
  }

  private static MessageDigest newMd5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must have MD5", e);
    }
  }
}
