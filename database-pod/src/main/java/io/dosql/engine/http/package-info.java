/**
 * The pod's HTTP surface: endpoints, authentication, limits, error bodies, health, metrics. Entry
 * points for the wiring: {@link io.dosql.engine.http.Endpoints} lists what is served, {@link
 * io.dosql.engine.http.RequestGate} closes the door at shutdown. Uses {@code session}, {@code
 * hrana}, {@code admin}, {@code json}, {@code error}.
 *
 * <p>The server's framework (Micronaut on Netty) is known to {@code Entrance}, {@code
 * ChunkPublisher}, {@code HeldBuffer}, {@code PipelineSetup}, {@code RequestSequencer} and {@code
 * LastResortErrors} alone. It accepts connections and parses HTTP; routes are ours, so that no
 * error is told in any shape but ours.
 */
@NullMarked
package io.dosql.engine.http;

import org.jspecify.annotations.NullMarked;
