/**
 * What migrations, backups and restores have in common: each is one long operation of an engine,
 * followed in steps that a later pass, or another operator, continues.
 *
 * <p>Entry points: {@link io.dosql.operator.step.StepRunner}, {@link
 * io.dosql.operator.step.OperationView}, {@link io.dosql.operator.step.DatabaseAvailability}.
 *
 * <p>Forbidden: the reconcilers' packages.
 */
@NullMarked
package io.dosql.operator.step;

import org.jspecify.annotations.NullMarked;
