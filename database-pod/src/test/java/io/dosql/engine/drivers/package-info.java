/**
 * Runs the programs of {@code docs/drivers.md}, with other people's drivers, against the engine.
 */
@NullMarked
package io.dosql.engine.drivers;

import org.jspecify.annotations.NullMarked;
