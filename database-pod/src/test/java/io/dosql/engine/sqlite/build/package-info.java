/** Tests of how the build makes libsqlite3; apart, because they need no library. */
@NullMarked
package io.dosql.engine.sqlite.build;

import org.jspecify.annotations.NullMarked;
