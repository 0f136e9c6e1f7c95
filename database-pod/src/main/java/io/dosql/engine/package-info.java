/** Temporary. */
@NullMarked
package io.dosql.engine;

import org.jspecify.annotations.NullMarked;
