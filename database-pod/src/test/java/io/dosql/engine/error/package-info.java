@NullMarked
package io.dosql.engine.error;

import org.jspecify.annotations.NullMarked;
