@NullMarked
package io.dosql.engine.changes;

import org.jspecify.annotations.NullMarked;
