package io.dosql.engine.auth;

import io.dosql.engine.auth.VerificationKeys.VerificationKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keys from JWK set files, each read again when it changes. Of two keys of one id the first counts.
 */
final class FileKeys implements KeySource {

  private final List<WatchedFile<VerificationKeys>> files;

  FileKeys(List<Path> jwksFiles, LongSupplier nanoTime) throws IOException {
    List<WatchedFile<VerificationKeys>> all = new ArrayList<>(jwksFiles.size());
    for (Path file : jwksFiles) {
      all.add(new WatchedFile<>(file, VerificationKeys::parse, nanoTime));
    }
    this.files = List.copyOf(all);
  }

  @Override
  public @Nullable VerificationKey find(String id) {
    for (WatchedFile<VerificationKeys> file : files) {
      VerificationKey key = file.current().find(id);
      if (key != null) {
        return key;
      }
    }
    return null;
  }

  @Override
  public boolean holds(VerificationKey key) {
    return key.equals(find(key.id()));
  }
}
