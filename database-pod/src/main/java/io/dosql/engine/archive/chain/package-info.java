/**
 * Chains: per tenant the LTX files that follow each other, as the stock Litestream 0.5 reads them.
 *
 * <p>Entry points: {@link io.dosql.engine.archive.chain.ChainCatalog} knows what is in a store,
 * {@link io.dosql.engine.archive.chain.ChainRules} decides what is to be merged and when, purely.
 * Who builds chains is in {@code engine.archiver.chain}. Of ours it may use {@code archive} and
 * {@code error} only.
 */
@NullMarked
package io.dosql.engine.archive.chain;

import org.jspecify.annotations.NullMarked;
