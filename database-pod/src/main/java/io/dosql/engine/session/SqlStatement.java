package io.dosql.engine.session;

/**
 * One SQL statement with its parameters.
 *
 * @param sql exactly one statement; a trailing semicolon and comments are allowed
 */
public record SqlStatement(String sql, Parameters parameters) {}
