/**
 * Parts of pods that the engine and the Job that verifies a backup have in common: how they reach a
 * store, and what they may do. Pure.
 *
 * <p>Entry points: {@link io.dosql.operator.podspec.StoreEnvironment}, {@link
 * io.dosql.operator.podspec.StoreVolumes}, {@link io.dosql.operator.podspec.PodRights}.
 *
 * <p>Forbidden: any dependency on another package of the operator.
 */
@NullMarked
package io.dosql.operator.podspec;

import org.jspecify.annotations.NullMarked;
