package io.dosql.engine.archive.store;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.minio.ListObjectsV2Args;
import io.minio.messages.Item;
import io.minio.messages.ListBucketResultV2;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Listings of a bucket, page by page to the last. One thread. */
final class S3Listing implements Iterator<ObjectInfo> {

  /** In keys; S3 gives no more at once. */
  static final int PAGE_SIZE_MAX = 1000;

  private static final String URL_ENCODING = "url";

  private final S3Client client;
  private final Retry retry;
  private final String bucket;
  private final String prefix;
  private final Queue<ObjectInfo> page = new ArrayDeque<>();
  private @Nullable String last;
  private boolean ended;

  S3Listing(
      S3Client client, Retry retry, String bucket, String prefix, @Nullable String startAfter) {
    this.client = client;
    this.retry = retry;
    this.bucket = bucket;
    this.prefix = prefix;
    this.last = startAfter;
  }

  @Override
  public boolean hasNext() {
    while (page.isEmpty() && !ended) {
      fetchPage();
    }
    return !page.isEmpty();
  }

  @Override
  public ObjectInfo next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the listing of " + prefix + " has ended");
    }
    return page.remove();
  }

  /** The folders below a folder. */
  List<String> folders() {
    List<String> names = new ArrayList<>();
    String token = null;
    do {
      String from = token;
      ListBucketResultV2 result =
          retry.call(previous -> list(arguments().delimiter("/").continuationToken(from).build()));
      result.commonPrefixes().forEach(common -> names.add(folderName(result, common.toItem())));
      token = result.isTruncated() ? result.nextContinuationToken() : null;
    } while (token != null);
    return names;
  }

  /** One page of one key: the cheapest way to see whether listing is allowed. */
  void probe() {
    list(arguments().maxKeys(1).build());
  }

  private void fetchPage() {
    String after = last;
    ListBucketResultV2 result = retry.call(previous -> list(arguments().startAfter(after).build()));
    for (Item item : result.contents()) {
      item.setEncodingType(result.encodingType());
      Instant modified =
          item.lastModified() == null ? Instant.EPOCH : item.lastModified().toInstant();
      last = item.objectName();
      page.add(new ObjectInfo(item.objectName(), item.size(), modified, Map.of()));
    }
    ended = !result.isTruncated();
    if (!ended && page.isEmpty()) {
      throw new DosqlException(
          ErrorCode.STORAGE_UNAVAILABLE,
          "The store says that its listing of %s in the bucket %s goes on, but sent nothing."
              .formatted(prefix, bucket));
    }
  }

  private ListObjectsV2Args.Builder arguments() {
    return ListObjectsV2Args.builder()
        .bucket(bucket)
        .prefix(prefix)
        .encodingType(URL_ENCODING)
        .maxKeys(PAGE_SIZE_MAX);
  }

  private ListBucketResultV2 list(ListObjectsV2Args arguments) {
    return client.control("list " + prefix + "*", s3 -> s3.listObjectsV2(arguments)).result();
  }

  private String folderName(ListBucketResultV2 result, Item item) {
    item.setEncodingType(result.encodingType());
    String name = item.objectName();
    return name.substring(prefix.length(), name.length() - 1);
  }
}
