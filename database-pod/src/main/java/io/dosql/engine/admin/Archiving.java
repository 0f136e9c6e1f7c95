package io.dosql.engine.admin;

import io.dosql.engine.archiver.ArchiveStatus;
import io.dosql.engine.archiver.chain.ChainStatus;
import io.dosql.engine.archiver.chain.RetentionStatus;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What tells how archiving is.
 *
 * @param chains empty before a line is archived
 * @param retention empty before anything is deleted for its age
 */
public record Archiving(
    Supplier<ArchiveStatus> status,
    Supplier<Optional<ChainStatus>> chains,
    Supplier<Optional<RetentionStatus>> retention) {}
