/**
 * Bounds of memory that all requests share. Entry point: {@link
 * io.dosql.engine.memory.BufferBudget}. A leaf but for {@code error}.
 */
@NullMarked
package io.dosql.engine.memory;

import org.jspecify.annotations.NullMarked;
