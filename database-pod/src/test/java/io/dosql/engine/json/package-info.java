@NullMarked
package io.dosql.engine.json;

import org.jspecify.annotations.NullMarked;
