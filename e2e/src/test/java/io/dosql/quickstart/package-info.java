/** Tests of the quickstart. */
@NullMarked
package io.dosql.quickstart;

import org.jspecify.annotations.NullMarked;
