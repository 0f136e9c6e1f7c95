/**
 * One client's conversation with one tenant: statements, transactions, limits, timeouts. Uses
 * tenant. Entry point: {@link io.dosql.engine.session.Sessions}.
 */
@NullMarked
package io.dosql.engine.session;

import org.jspecify.annotations.NullMarked;
