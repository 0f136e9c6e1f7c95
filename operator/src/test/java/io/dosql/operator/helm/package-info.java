/** The chart, by Helm itself. */
@NullMarked
package io.dosql.operator.helm;

import org.jspecify.annotations.NullMarked;
