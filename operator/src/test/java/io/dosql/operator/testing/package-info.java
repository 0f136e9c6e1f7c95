/** What tests of several packages build their resources with. */
@NullMarked
package io.dosql.operator.testing;

import org.jspecify.annotations.NullMarked;
