@NullMarked
package io.dosql.engine.auth;

import org.jspecify.annotations.NullMarked;
