/**
 * The commit log of a pod: every commit of every tenant, in one file sequence that is what gets
 * fsynced. Entry point: {@link io.dosql.engine.log.CommitLog}; the file format and its recovery
 * rule: {@link io.dosql.engine.log.LogFormat}. A leaf: depends on nothing of ours.
 */
@NullMarked
package io.dosql.engine.log;

import org.jspecify.annotations.NullMarked;
