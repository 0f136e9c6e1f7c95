@NullMarked
package io.dosql.engine.backup;

import org.jspecify.annotations.NullMarked;
