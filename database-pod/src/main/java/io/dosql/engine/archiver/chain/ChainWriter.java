package io.dosql.engine.archiver.chain;

import io.dosql.engine.archive.SpooledObject;
import io.dosql.engine.archive.chain.ChainCatalog;
import io.dosql.engine.archive.chain.ChainFile;
import io.dosql.engine.archive.chain.ChainLevel;
import io.dosql.engine.archive.ltx.LtxHeader;
import io.dosql.engine.archive.ltx.LtxMerge;
import io.dosql.engine.archiver.ArchivedLog;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes files of chains in the scratch folder and stores them, one at a time. */
final class ChainWriter {

  private final ChainCatalog catalog;
  private final ArchivedLog archive;
  private final Path scratch;
  private final PutRate rate;
  private final ChainProgress progress;

  ChainWriter(
      ChainCatalog catalog,
      ArchivedLog archive,
      Path scratch,
      PutRate rate,
      ChainProgress progress) {
    this.catalog = catalog;
    this.archive = archive;
    this.scratch = scratch;
    this.rate = rate;
    this.progress = progress;
  }

  /** Stores commits from the log; see {@link CommitRange#write}. */
  void write(String tenant, ChainLevel level, long minLsn, CommitRange range) throws IOException {
    ArchivedLog.LogObjectRange objects =
        archive.objects(range.firstPosition(), range.lastPosition());
    put(tenant, level, out -> range.write(minLsn, objects, out));
  }

  /** Stores one file in place of several, which stay. */
  void merge(String tenant, ChainLevel level, List<ChainFile> files) throws IOException {
    put(tenant, level, out -> merge(tenant, files, out));
  }

  private LtxHeader merge(String tenant, List<ChainFile> files, OutputStream out)
      throws IOException {
    List<InputStream> opened = new ArrayList<>();
    try {
      List<LtxMerge.Source> sources = new ArrayList<>();
      for (ChainFile file : files) {
        InputStream in = catalog.open(tenant, file);
        opened.add(in);
        sources.add(new LtxMerge.Source(catalog.key(tenant, file), in));
      }
      return LtxMerge.merge(sources, out);
    } finally {
      closeAll(opened);
    }
  }

  /** They are read to their ends, or nothing is made of them. */
  private static void closeAll(List<InputStream> opened) {
    for (InputStream in : opened) {
      try {
        in.close();
      } catch (IOException e) {
        throw new UncheckedIOException("closing what was read failed", e);
      }
    }
  }

  private void put(String tenant, ChainLevel level, SpooledObject.Writer<LtxHeader> writer)
      throws IOException {
    try (SpooledObject<LtxHeader> made = SpooledObject.write(scratch, "chain-" + tenant, writer)) {
      rate.acquire();
      ChainFile _ = catalog.put(tenant, level, made);
    }
    progress.written(level);
    progress.succeeded(null);
  }
}
