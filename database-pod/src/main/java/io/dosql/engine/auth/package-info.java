/**
 * Who asks and what they may do: checks tokens against keys from files and URLs, and bounds how
 * often one may ask.
 *
 * <p>Entry points: {@link io.dosql.engine.auth.Authenticator}, {@link
 * io.dosql.engine.auth.Principal}, {@link io.dosql.engine.auth.RateLimiter}.
 *
 * <p>A leaf: of ours it may use {@code engine.error} only; it knows neither HTTP's server side nor
 * tenants but by name.
 */
@NullMarked
package io.dosql.engine.auth;

import org.jspecify.annotations.NullMarked;
