/**
 * Wiring and life of the operator; the only package that knows all others.
 *
 * <p>Entry points: {@link io.dosql.operator.main.OperatorMain}, the process, and {@link
 * io.dosql.operator.main.OperatorRuntime}, the operator inside another process.
 */
@NullMarked
package io.dosql.operator.main;

import org.jspecify.annotations.NullMarked;
