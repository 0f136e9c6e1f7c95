/**
 * The Hrana 2 protocol over HTTP, as libSQL's clients speak it: a pipeline of requests on a stream,
 * which lives on from one HTTP request to the next by its baton. Entry point: {@link
 * io.dosql.engine.hrana.HranaService}. Uses {@code session}, {@code json}, {@code error}; knows
 * nothing of HTTP or of the server's framework.
 */
@NullMarked
package io.dosql.engine.hrana;

import org.jspecify.annotations.NullMarked;
