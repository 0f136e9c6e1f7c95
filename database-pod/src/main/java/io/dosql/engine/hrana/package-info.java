/**
 * The Hrana protocol, versions 1 to 3, as libSQL's clients speak it: requests on streams, over
 * HTTP, where a stream lives on from one request to the next by its baton, and over WebSockets,
 * where it belongs to a connection; in JSON and in protobuf. Entry point: {@link
 * io.dosql.engine.hrana.HranaService}. Uses {@code session}, {@code json}, {@code error}; knows
 * nothing of HTTP or of the server's framework.
 */
@NullMarked
package io.dosql.engine.hrana;

import org.jspecify.annotations.NullMarked;
