package io.dosql.engine.http;

import io.dosql.engine.auth.Principal;

/**
 * A request that was let in.
 *
 * @param variable what the path has in place of the route's variable, decoded; empty if the route
 *     has none
 * @param principal who asks
 * @param body all of it; empty for routes that take none
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; copying would double large bodies.
record Exchange(Call call, String variable, Principal principal, byte[] body) {}
