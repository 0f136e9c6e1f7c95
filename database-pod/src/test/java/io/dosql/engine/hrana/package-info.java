@NullMarked
package io.dosql.engine.hrana;

import org.jspecify.annotations.NullMarked;
