/**
 * The operator's side of the engine's admin API: where a database's pod is, and what it answers.
 *
 * <p>Entry points: {@link io.dosql.operator.pod.EngineClients}, {@link
 * io.dosql.operator.pod.PodEndpoints}.
 *
 * <p>Forbidden: any dependency on another package of the operator.
 */
@NullMarked
package io.dosql.operator.pod;

import org.jspecify.annotations.NullMarked;
