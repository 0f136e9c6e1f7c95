/**
 * Conditions, events and the writing of status: what a person sees of a resource.
 *
 * <p>Entry points: {@link io.dosql.operator.status.ConditionSet}, {@link
 * io.dosql.operator.status.StatusWriter}, {@link io.dosql.operator.status.EventPublisher}.
 *
 * <p>Forbidden: any dependency on a reconciler's package.
 */
@NullMarked
package io.dosql.operator.status;

import org.jspecify.annotations.NullMarked;
