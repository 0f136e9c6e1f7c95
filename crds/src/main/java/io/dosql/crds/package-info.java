/** Temporary. */
@NullMarked
package io.dosql.crds;

import org.jspecify.annotations.NullMarked;
