/**
 * The deterministic simulation of the engine's storage: log, tenants, sessions and native SQLite on
 * one simulated volume, one simulated clock and one scheduler, all driven by a seed. See
 * docs/development.md.
 */
@NullMarked
package io.dosql.engine.simulation;

import org.jspecify.annotations.NullMarked;
