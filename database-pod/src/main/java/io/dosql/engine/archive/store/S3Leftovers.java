package io.dosql.engine.archive.store;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.minio.AbortMultipartUploadArgs;
import io.minio.ListMultipartUploadsArgs;
import io.minio.messages.ListMultipartUploadsResult;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Uploads in parts that nobody will end. Their parts cost money until somebody aborts them. */
final class S3Leftovers {

  /** In uploads; S3 gives no more at once. */
  private static final int PAGE_SIZE_MAX = 1000;

  /** A bound on one call, so that a bucket full of them does not keep it for ever. */
  private static final int PAGES_MAX = 100;

  private final S3Client client;
  private final Retry retry;
  private final String bucket;

  S3Leftovers(S3Client client, Retry retry, String bucket) {
    this.client = client;
    this.retry = retry;
    this.bucket = bucket;
  }

  /** Aborts the uploads of keys that begin with {@code prefix}; returns how many. */
  int abort(String prefix, Predicate<ListMultipartUploadsResult.Upload> isLeftOver) {
    List<ListMultipartUploadsResult.Upload> found = find(prefix, isLeftOver);
    found.forEach(upload -> abort(upload.objectName(), upload.uploadId()));
    return found.size();
  }

  /** Aborts an upload. One that is gone counts as aborted. */
  void abort(String key, String upload) {
    AbortMultipartUploadArgs args =
        AbortMultipartUploadArgs.builder().bucket(bucket).object(key).uploadId(upload).build();
    try {
      retry.call(
          previous ->
              client.control("abort the upload of " + key, s3 -> s3.abortMultipartUpload(args)));
    } catch (DosqlException e) {
      if (e.code() != ErrorCode.STORAGE_NOT_FOUND) {
        throw e;
      }
    }
  }

  private List<ListMultipartUploadsResult.Upload> find(
      String prefix, Predicate<ListMultipartUploadsResult.Upload> isLeftOver) {
    List<ListMultipartUploadsResult.Upload> found = new ArrayList<>();
    String key = null;
    String upload = null;
    for (int page = 0; page < PAGES_MAX; page++) {
      ListMultipartUploadsResult result = list(prefix, key, upload);
      result.uploads().stream()
          // The encoding of names is told for the whole answer.
          .peek(one -> one.setEncodingType(result.encodingType()))
          .filter(one -> one.objectName().startsWith(prefix))
          .filter(isLeftOver)
          .forEach(found::add);
      if (!result.isTruncated()) {
        break;
      }
      key = result.nextKeyMarker();
      upload = result.nextUploadIdMarker();
    }
    return found;
  }

  private ListMultipartUploadsResult list(
      String prefix, @Nullable String keyMarker, @Nullable String uploadIdMarker) {
    ListMultipartUploadsArgs args =
        ListMultipartUploadsArgs.builder()
            .bucket(bucket)
            .prefix(prefix)
            .encodingType("url")
            .maxUploads(PAGE_SIZE_MAX)
            .keyMarker(keyMarker)
            .uploadIdMarker(uploadIdMarker)
            .build();
    return retry
        .call(
            previous ->
                client.control(
                    "list the uploads of " + prefix + "*", s3 -> s3.listMultipartUploads(args)))
        .result();
  }
}
