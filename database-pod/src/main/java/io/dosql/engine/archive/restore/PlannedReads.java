package io.dosql.engine.archive.restore;

import io.dosql.engine.archive.chain.ChainCatalog;
import io.dosql.engine.archive.chain.ChainFile;
import java.io.Closeable;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * What a plan names, in its order: the files of the chain, then the slices of log objects, of which
 * the next few are read ahead, slices already while files are applied. {@link #AHEAD_MAX} at once,
 * a MiB each. One thread; closing ends what is being read.
 */
final class PlannedReads implements Closeable {

  /** Files and slices that are read at once, the one included that is being applied. */
  static final int AHEAD_MAX = 4;

  private final String tenant;
  private final ChainCatalog chains;
  private final OpenedObjects objects;
  private final Iterator<ChainFile> files;
  private final Iterator<LogSlice> slices;
  private final Deque<Readahead> filesAhead = new ArrayDeque<>();
  private final Deque<SliceAhead> slicesAhead = new ArrayDeque<>();

  PlannedReads(RestorePlan plan, ChainCatalog chains, OpenedObjects objects) {
    this.tenant = plan.tenant();
    this.chains = chains;
    this.objects = objects;
    this.files = plan.files().iterator();
    this.slices = plan.slices().iterator();
  }

  /** The next file of the chain; to be closed. */
  InputStream nextFile() {
    readAhead();
    return filesAhead.remove();
  }

  /** The next slice, once all files were taken; to be closed. */
  SliceAhead nextSlice() {
    readAhead();
    return slicesAhead.remove();
  }

  private void readAhead() {
    while (filesAhead.size() + slicesAhead.size() < AHEAD_MAX) {
      if (files.hasNext()) {
        ChainFile file = files.next();
        filesAhead.add(new Readahead(file.name(), () -> chains.open(tenant, file)));
      } else if (slices.hasNext()) {
        slicesAhead.add(new SliceAhead(objects, tenant, slices.next().number()));
      } else {
        return;
      }
    }
  }

  @Override
  public void close() {
    filesAhead.forEach(Readahead::close);
    slicesAhead.forEach(SliceAhead::close);
  }
}
