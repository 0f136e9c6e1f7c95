/**
 * Wiring and life of the process; the only package that knows all others. Entry points: {@link
 * io.dosql.engine.main.EngineMain}, {@link io.dosql.engine.main.EngineFactory}.
 */
@NullMarked
package io.dosql.engine.main;

import org.jspecify.annotations.NullMarked;
