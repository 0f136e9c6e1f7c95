/** Temporary. */
@NullMarked
package io.dosql.operator;

import org.jspecify.annotations.NullMarked;
