package io.dosql.engine.archive;

import io.dosql.engine.archive.store.ObjectInfo;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.PutResult;
import io.dosql.engine.error.DosqlException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The documents of lines. Failures are {@link DosqlException}. Any number of threads. */
public final class ArchiveLines {

  private final ObjectStore store;
  private final ArchiveLayout layout;
  private final ArchiveDocuments documents;

  public ArchiveLines(ObjectStore store, ArchiveLayout layout) {
    this.store = store;
    this.layout = layout;
    this.documents = new ArchiveDocuments(store, layout);
  }

  /**
   * A line as the store knows it.
   *
   * @param stored when the store got the document, by its own clock
   */
  public record Begun(ArchiveLine document, Instant stored) {

    /** When it was begun, by whichever clock says later. */
    public Instant time() {
      return stored.isAfter(document.begunAt()) ? stored : document.begunAt();
    }
  }

  /**
   * Stores the document of a line that is begun; durable on return.
   *
   * @return false if the line has one already, which stays
   */
  public boolean begin(ArchiveLine line) {
    return documents.putIfAbsent(layout.line(line.line()), line) == PutResult.CREATED;
  }

  /**
   * Whether the line holds all that it was to begin with. One that is not is the history of a
   * directory that is being filled from another archive, or was given up meanwhile: its tenants are
   * some of those of that archive.
   */
  public boolean isWhole(ArchiveLine line) {
    return line.reason() != ArchiveLine.Reason.Bootstrap
        || documents
            .find(
                layout.wholeLine(line.line()),
                WholeLine.class,
                WholeLine.FORMAT_VERSION,
                ArchiveDocuments.SMALL_BYTES_MAX)
            .isPresent();
  }

  /** Says that the line is whole from now on; durable on return. May be repeated. */
  public void markWhole(String line, Instant now) {
    PutResult _ =
        documents.putIfAbsent(
            layout.wholeLine(line), new WholeLine(WholeLine.FORMAT_VERSION, line, now));
  }

  /** Names of the lines that have any object, with a document or without. */
  public List<String> names() {
    return store.folders(layout.absolute(layout.lines()));
  }

  /** The document of a line. */
  public Optional<ArchiveLine> find(String line) {
    return documents.find(
        layout.line(line),
        ArchiveLine.class,
        ArchiveLine.FORMAT_VERSION,
        ArchiveDocuments.SMALL_BYTES_MAX);
  }

  /** The same, with the store's time. */
  public Optional<Begun> findBegun(String line) {
    Optional<ObjectInfo> info = store.head(layout.absolute(layout.line(line)));
    return info.flatMap(
        stored -> find(line).map(document -> new Begun(document, stored.lastModified())));
  }

  /**
   * Whether the line is out of the window: it has been deleted, but for snapshots of backups, or is
   * going to be. It counts even if the document cannot be read.
   */
  public boolean isRetired(String line) {
    return store.head(layout.absolute(layout.retiredLine(line))).isPresent();
  }

  /** Says that the line is going to be deleted; durable on return. May be repeated. */
  public void retire(String line, Instant now) {
    PutResult _ =
        documents.putIfAbsent(
            layout.retiredLine(line), new RetiredLine(RetiredLine.FORMAT_VERSION, line, now));
  }

  /** Whether a line has nothing but documents. */
  public boolean hasOnlyDocuments(String line) {
    List<String> own = documentsOf(line);
    var objects = store.list(layout.absolute(layout.folderOfLine(line)), null);
    while (objects.hasNext()) {
      if (!own.contains(objects.next().key())) {
        return false;
      }
    }
    return true;
  }

  /** Deletes the documents of a line that has nothing else; what says that there is one, last. */
  public void forget(String line) {
    for (String key : documentsOf(line)) {
      store.delete(List.of(key));
    }
  }

  private List<String> documentsOf(String line) {
    return List.of(
        layout.absolute(layout.wholeLine(line)),
        layout.absolute(layout.retiredLine(line)),
        layout.absolute(layout.line(line)));
  }
}
