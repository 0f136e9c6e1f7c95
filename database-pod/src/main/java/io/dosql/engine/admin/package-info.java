/**
 * The operator's API, apart from its wire form: status, pages, operations. Entry points: {@link
 * io.dosql.engine.admin.AdminService}, {@link io.dosql.engine.admin.ReadinessChecks}. Uses {@code
 * tenant}, {@code migration}, {@code backup}; knows neither HTTP nor JSON.
 */
@NullMarked
package io.dosql.engine.admin;

import org.jspecify.annotations.NullMarked;
