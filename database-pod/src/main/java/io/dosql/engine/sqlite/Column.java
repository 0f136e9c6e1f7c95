package io.dosql.engine.sqlite;

import org.jspecify.annotations.Nullable;

/**
 * A result column.
 *
 * @param name as SQLite names it
 * @param declaredType the type written in CREATE TABLE, or null where the column is an expression
 */
public record Column(String name, @Nullable String declaredType) {}
