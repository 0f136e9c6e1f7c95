package io.dosql.engine.http;

import io.dosql.engine.auth.Authenticator;
import io.dosql.engine.auth.FailureGuard;
import io.dosql.engine.auth.RateLimiter;

/**
 * All that decides who is let in.
 *
 * @param data checks tokens of the data port
 * @param admins checks the token of the admin port
 */
public record Admission(
    Authenticator data,
    Authenticator admins,
    FailureGuard failures,
    RateLimiter rates,
    CorsPolicy cors) {}
