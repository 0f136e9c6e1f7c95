package io.dosql.engine.error;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A failure that is told to the client, by code. Its message never holds secrets or parameters. */
public final class DosqlException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private @Nullable String suggestion;
  private @Nullable String alternative;
  private @Nullable Position position;
  private @Nullable Excerpt excerpt;
  private @Nullable Duration retryAfter;
  private @Nullable Integer statementIndex;
  private @Nullable String sqliteCode;

  /** Where in the SQL text, both from 1; columns count characters. */
  public record Position(int line, int column) {}

  /**
   * The line of the SQL text that the position is in, cut around it if it is long, and a line with
   * a caret that stands under the position when both are printed in a font of fixed width.
   */
  public record Excerpt(String source, String caret) {}

  public DosqlException(ErrorCode code, String message) {
    this(code, message, null);
  }

  public DosqlException(ErrorCode code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  public DosqlException withSuggestion(String text) {
    this.suggestion = text;
    return this;
  }

  /** What the client may have meant to write: a name or a keyword, taken for the suggestion. */
  public DosqlException withAlternative(String name) {
    this.alternative = name;
    return this;
  }

  public DosqlException withExcerpt(@Nullable Excerpt lines) {
    this.excerpt = lines;
    return this;
  }

  public DosqlException withPosition(@Nullable Position where) {
    this.position = where;
    return this;
  }

  public DosqlException withRetryAfter(Duration delay) {
    this.retryAfter = delay;
    return this;
  }

  public DosqlException withStatementIndex(int index) {
    this.statementIndex = index;
    return this;
  }

  /** The base name that libSQL clients know, such as {@code SQLITE_CONSTRAINT}. */
  public DosqlException withSqliteCode(String name) {
    this.sqliteCode = name;
    return this;
  }

  public ErrorCode code() {
    return code;
  }

  @Override
  public String getMessage() {
    // Never null: every constructor takes a message.
    return String.valueOf(super.getMessage());
  }

  /** The message, and what the client may have meant, for clients that see nothing else. */
  public String messageWithAlternative() {
    return alternative == null ? getMessage() : getMessage() + ". " + didYouMean(alternative);
  }

  public String suggestion() {
    if (suggestion != null) {
      return suggestion;
    }
    return alternative == null ? code.suggestion() : didYouMean(alternative);
  }

  private static String didYouMean(String name) {
    return "Did you mean '" + name + "'?";
  }

  public @Nullable Excerpt excerpt() {
    return excerpt;
  }

  public @Nullable Position position() {
    return position;
  }

  public @Nullable Duration retryAfter() {
    return retryAfter;
  }

  /** Index from 0 of the failing statement, for calls that take several. */
  public @Nullable Integer statementIndex() {
    return statementIndex;
  }

  public @Nullable String sqliteCode() {
    return sqliteCode;
  }
}
