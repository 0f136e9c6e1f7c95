/**
 * Measures the engine against others, in turns, and prints ratios. Entry point: {@link
 * io.dosql.benchmarks.Benchmarks}, started by {@code benchmarks/run}. {@code Suite} says what is
 * compared with what; the contestants are processes of their own.
 */
@NullMarked
package io.dosql.benchmarks;

import org.jspecify.annotations.NullMarked;
