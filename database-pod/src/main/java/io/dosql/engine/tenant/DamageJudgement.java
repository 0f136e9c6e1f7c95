package io.dosql.engine.tenant;

import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.TenantLoss;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides, right after the log was opened, which tenants its damage harms. Those are marked, their
 * files are brought up to the last commit that is proved, and their LSN is moved behind all that
 * they can have lost, so that no number ever comes twice. All others are redone at once: then
 * nobody needs what the log holds so far, and no further rot in it can harm anybody unseen,
 * although it is passed over from then on.
 */
final class DamageJudgement {

  private static final Logger LOG = LoggerFactory.getLogger(DamageJudgement.class);

  private final CommitLog log;
  private final TenantEnvironment environment;

  DamageJudgement(TenantEnvironment environment) {
    this.environment = environment;
    this.log = environment.log();
  }

  /** Judges all tenants. What cannot be judged now keeps the log as it is until the next start. */
  void judge(Collection<TenantName> tenants) throws IOException {
    if (!log.damage().isEmpty()) {
      boolean complete = true;
      for (TenantName tenant : tenants) {
        complete &= judge(tenant);
      }
      if (complete) {
        log.damageJudged();
      }
    }
    if (environment.lostCommits().all().isEmpty()) {
      log.discardEvidence();
    }
  }

  private void redo(TenantName name, TenantFiles files) throws IOException {
    if (log.tenants().contains(name.value())) {
      files.create();
      TenantFiles.State state = new Redo(name, files, Connections.PAGE_SIZE, log).run();
      log.checkpointed(name.value(), state.checkpointedLsn());
    }
  }

  private boolean judge(TenantName name) {
    TenantFiles files = new TenantFiles(environment.folder().resolve(name.value()));
    try {
      TenantFiles.State state = files.readState();
      Optional<TenantLoss> loss = log.lossOf(name.value(), state.checkpointedLsn());
      if (loss.isEmpty()) {
        redo(name, files);
      } else {
        LOG.error("tenant {} is not served: {}", name, loss.get().description());
        environment.lostCommits().add(name, new LostCommits.Loss(loss.get()));
        files.create();
        new Redo(name, files, Connections.PAGE_SIZE, log).keepProven(loss.get());
        log.checkpointed(name.value(), Long.MAX_VALUE);
      }
      return true;
    } catch (IOException failure) {
      LOG.error("tenant {}: what it lost cannot be told; the log is kept", name, failure);
      return false;
    }
  }
}
