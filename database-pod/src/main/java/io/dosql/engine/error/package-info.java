/**
 * The catalogue of errors that clients and the operator see. A leaf: depends on nothing of ours.
 */
@NullMarked
package io.dosql.engine.error;

import org.jspecify.annotations.NullMarked;
