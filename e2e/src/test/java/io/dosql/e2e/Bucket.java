package io.dosql.e2e;

import io.minio.ListObjectsArgs;
import io.minio.MinioClient;
import io.minio.Result;
import io.minio.messages.Item;
import java.util.ArrayList;
import java.util.List;

/** What a bucket holds. */
record Bucket(MinioClient s3, String name) {

  /** All keys under the prefix. */
  List<String> keys(String prefix) throws Exception {
    List<String> keys = new ArrayList<>();
    for (Result<Item> result :
        s3.listObjects(
            ListObjectsArgs.builder().bucket(name).prefix(prefix).recursive(true).build())) {
      keys.add(result.get().objectName());
    }
    return keys;
  }
}
