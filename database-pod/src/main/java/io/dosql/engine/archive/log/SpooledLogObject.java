package io.dosql.engine.archive.log;

import io.dosql.engine.archive.store.ObjectContent;
import java.io.IOException;
import java.nio.file.Files;

/** A complete log object in a temporary file, which goes when this is closed. */
public record SpooledLogObject(
    LogObjectHeader header, LogObjectIndex index, ObjectContent.StoredFile content)
    implements AutoCloseable {

  public Sha256 digest() {
    return new Sha256(content.sha256());
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(content.file());
  }
}
