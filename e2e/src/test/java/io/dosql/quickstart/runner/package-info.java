/** Tests of the runner; those with an engine run the real one. */
@NullMarked
package io.dosql.quickstart.runner;

import org.jspecify.annotations.NullMarked;
