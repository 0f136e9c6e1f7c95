package io.dosql.engine.admin;

import io.dosql.engine.backup.BackupService;

/** Tells tenants and bytes of a restore together. */
final class RestoreProgress implements BackupService.Progress {

  private final Operations.ProgressListener listener;
  private long done;
  private long total;
  private long bytesDone;
  private long bytesTotal;

  RestoreProgress(Operations.ProgressListener listener) {
    this.listener = listener;
  }

  @Override
  public void progressed(long done, long total) {
    this.done = done;
    this.total = total;
    listener.progressed(new Operation.Progress(done, total, bytesDone, bytesTotal));
  }

  @Override
  public void bytes(long done, long total) {
    bytesDone = done;
    bytesTotal = total;
    listener.progressed(new Operation.Progress(this.done, this.total, done, total));
  }
}
