@NullMarked
package io.dosql.engine.admin;

import org.jspecify.annotations.NullMarked;
