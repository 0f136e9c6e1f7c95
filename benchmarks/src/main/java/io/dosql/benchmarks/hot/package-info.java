/**
 * The hot functions one by one, for JMH: {@code benchmarks/run jmh}. Those that are nobody's
 * business outside their package have their benchmark in a package of the same name.
 */
@NullMarked
package io.dosql.benchmarks.hot;

import org.jspecify.annotations.NullMarked;
