/**
 * Life of a tenant: open, write, read, checkpoint, sleep, recover. Every commit goes into the log
 * before anybody hears of it. Uses {@code sqlite}, {@code log} and {@code error}; knows nothing of
 * sessions, protocols or object stores. Entry point: {@link io.dosql.engine.tenant.Tenants}.
 */
@NullMarked
package io.dosql.engine.tenant;

import org.jspecify.annotations.NullMarked;
