@NullMarked
package io.dosql.engine.main;

import org.jspecify.annotations.NullMarked;
