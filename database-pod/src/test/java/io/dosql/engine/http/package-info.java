@NullMarked
package io.dosql.engine.http;

import org.jspecify.annotations.NullMarked;
