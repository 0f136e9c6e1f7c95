/**
 * Builds the chains of a pod's tenants: from the commit log level 1, from the store the levels
 * above, from the tenants themselves their snapshots.
 *
 * <p>Entry point: {@link io.dosql.engine.archiver.chain.Chains}. The format and the rules are in
 * {@code archive.ltx} and {@code archive.chain}. Only what log objects hold gets into chains, so
 * whatever keeps two writers apart there keeps them apart here: that is {@link
 * io.dosql.engine.archiver.ArchivedLog}.
 *
 * <p>Also deletes what has fallen out of the window. In a pod that archives no commits that is only
 * what restores saved: {@link io.dosql.engine.archiver.chain.SavedStateRetention}.
 */
@NullMarked
package io.dosql.engine.archiver.chain;

import org.jspecify.annotations.NullMarked;
