package io.dosql.engine.archive.chain;

import static io.dosql.engine.error.ErrorCode.STORAGE_CHECKSUM_MISMATCH;
import static io.dosql.engine.error.ErrorCode.STORAGE_CONFLICT;
import static io.dosql.engine.error.ErrorCode.STORAGE_UNAVAILABLE;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.SpooledObject;
import io.dosql.engine.archive.ltx.CorruptLtxException;
import io.dosql.engine.archive.ltx.LtxComparison;
import io.dosql.engine.archive.ltx.LtxHeader;
import io.dosql.engine.archive.store.ObjectContent;
import io.dosql.engine.archive.store.ObjectInfo;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.PutResult;
import io.dosql.engine.archive.store.ResumingInput;
import io.dosql.engine.error.DosqlException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The chains of one line in a store. What lies in a chain's folders and is no file of a chain is
 * refused, rather than passed over: somebody else writes there, and nobody knows what.
 *
 * <p>All calls fail with {@code STORAGE_*} codes as {@link ObjectStore} does. Any number of
 * threads.
 */
public final class ChainCatalog {

  private static final int BUFFER_BYTES = 1 << 16;

  private final ObjectStore store;
  private final ArchiveLayout layout;
  private final String line;

  public ChainCatalog(ObjectStore store, ArchiveLayout layout, String line) {
    this.store = store;
    this.layout = layout;
    this.line = line;
  }

  /** The tenants that have chains, in order. */
  public List<String> tenants() {
    return store.folders(layout.absolute(layout.tenants(line)));
  }

  /**
   * The files of a level, in order.
   *
   * @param afterLsn only those that begin behind it; 0 for all. It spares listing the others
   * @throws DosqlException {@code STORAGE_CONFLICT} when there is something else
   */
  public List<ChainFile> files(String tenant, ChainLevel level, long afterLsn) {
    String folder = folder(tenant, level);
    // The greatest name that begins with that LSN.
    String startAfter = folder + ChainFile.name(afterLsn, -1L);
    List<ChainFile> files = new ArrayList<>();
    Iterator<ObjectInfo> objects = store.list(folder, afterLsn == 0 ? null : startAfter);
    while (objects.hasNext()) {
      ObjectInfo object = objects.next();
      files.add(
          ChainFile.parse(
                  level,
                  object.key().substring(folder.length()),
                  object.sizeBytes(),
                  object.lastModified())
              .orElseThrow(() -> stranger(object.key())));
    }
    return files;
  }

  /** All files of a tenant's chain. Four listings. */
  public List<ChainFile> files(String tenant) {
    List<ChainFile> chain = new ArrayList<>();
    for (ChainLevel level : ChainLevel.values()) {
      chain.addAll(files(tenant, level, 0));
    }
    return chain;
  }

  /** Deletes files; of several some may go before others. */
  public void delete(String tenant, List<ChainFile> files) {
    store.delete(files.stream().map(file -> key(tenant, file)).toList());
  }

  private static DosqlException stranger(String absoluteKey) {
    return new DosqlException(
            STORAGE_CONFLICT,
            "%s lies in the folder of a chain and is no file of one.".formatted(absoluteKey))
        .withSuggestion(
            "Find out who writes there, and move it away; until then the tenant's chain does not go"
                + " on.");
  }

  /** How far a tenant's chain goes. One to four listings. */
  public ChainState state(String tenant) {
    List<ChainFile> snapshots = files(tenant, ChainLevel.SNAPSHOT, 0);
    List<ChainFile> third = files(tenant, ChainLevel.THIRD, 0);
    long thirdEnd = end(third);
    List<ChainFile> second = files(tenant, ChainLevel.SECOND, thirdEnd);
    long secondEnd = Math.max(thirdEnd, end(second));
    List<ChainFile> first = files(tenant, ChainLevel.FIRST, secondEnd);
    return ChainState.of(snapshots, first, second, third);
  }

  private static long end(List<ChainFile> files) {
    return files.isEmpty() ? 0 : files.getLast().maxLsn();
  }

  /** What a file says of its commits: from the object's metadata, or else from its beginning. */
  public ChainFacts facts(String tenant, ChainFile file) {
    String key = key(tenant, file);
    Optional<ChainFacts> kept = store.head(key).flatMap(ChainFacts::of);
    return kept.orElseGet(() -> ChainFacts.of(header(key)));
  }

  /** Size of the database that a file leads to. */
  public long databaseBytes(String tenant, ChainFile file) {
    return header(key(tenant, file)).databaseBytes();
  }

  private LtxHeader header(String key) {
    try (InputStream in = new ResumingInput(store, key, 0, LtxHeader.BYTES)) {
      return LtxHeader.read(key, in);
    } catch (CorruptLtxException e) {
      throw damaged(e);
    } catch (IOException e) {
      throw unreadable(key, e);
    }
  }

  /** The object's key in the store, as errors name it. */
  public String key(String tenant, ChainFile file) {
    return folder(tenant, file.level()) + file.name();
  }

  /** Opens a file, buffered; it goes on by itself where a connection breaks off. */
  public InputStream open(String tenant, ChainFile file) {
    return open(key(tenant, file));
  }

  private InputStream open(String key) {
    return new BufferedInputStream(new ResumingInput(store, key), BUFFER_BYTES);
  }

  /**
   * Stores a file. It is durable on return. One that is there already stays, and is read: it must
   * do the same.
   *
   * @throws DosqlException {@code STORAGE_CHECKSUM_MISMATCH} when it does not, or is damaged
   */
  public ChainFile put(String tenant, ChainLevel level, SpooledObject<LtxHeader> made) {
    LtxHeader header = made.made();
    ObjectContent content = made.content();
    ChainFile file =
        new ChainFile(
            level, header.minTxid(), header.maxTxid(), content.sizeBytes(), header.time());
    String key = key(tenant, file);
    if (store.putIfAbsent(key, content, ChainFacts.metadata(header)) == PutResult.ALREADY_EXISTS) {
      requireEqual(key, content);
    }
    return file;
  }

  private void requireEqual(String key, ObjectContent content) {
    try (InputStream there = open(key);
        InputStream ours = new BufferedInputStream(content.open(), BUFFER_BYTES)) {
      if (!LtxComparison.areEqual(key, there, ours)) {
        throw new DosqlException(
                STORAGE_CHECKSUM_MISMATCH, key + " holds other changes than the log has.")
            .withSuggestion(
                "Two databases have written under the same prefix. The chain goes on from a new"
                    + " snapshot.");
      }
    } catch (CorruptLtxException e) {
      throw damaged(e);
    } catch (IOException e) {
      throw unreadable(key, e);
    }
  }

  private static DosqlException damaged(CorruptLtxException e) {
    return new DosqlException(STORAGE_CHECKSUM_MISMATCH, e.getMessage() + ".", e);
  }

  private static DosqlException unreadable(String key, IOException e) {
    return new DosqlException(
        STORAGE_UNAVAILABLE, "Reading %s failed: %s.".formatted(key, e.getMessage()), e);
  }

  private String folder(String tenant, ChainLevel level) {
    return layout.absolute(layout.level(line, tenant, level.number()));
  }
}
