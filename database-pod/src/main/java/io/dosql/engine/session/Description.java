package io.dosql.engine.session;

import io.dosql.engine.sqlite.Column;
import java.util.List;
import java.util.Optional;

/**
 * What a statement would need and yield.
 *
 * @param parameters one element per parameter, with its prefix; empty for an anonymous one
 */
public record Description(
    List<Optional<String>> parameters,
    List<Column> columns,
    boolean isExplain,
    boolean isReadOnly) {}
