package io.dosql.engine.sqlite;

import static io.dosql.engine.sqlite.Native.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** Life and description of a statement ({@code sqlite3_stmt*}). */
final class StatementCalls {

  private static final MethodHandle PREPARE =
      Native.link(
          "sqlite3_prepare_v3",
          FunctionDescriptor.of(JAVA_INT, POINTER, POINTER, JAVA_INT, JAVA_INT, POINTER, POINTER));
  private static final MethodHandle STEP =
      Native.link("sqlite3_step", FunctionDescriptor.of(JAVA_INT, POINTER));
  private static final MethodHandle RESET =
      Native.link("sqlite3_reset", FunctionDescriptor.of(JAVA_INT, POINTER));
  private static final MethodHandle FINISH =
      Native.link("sqlite3_finalize", FunctionDescriptor.of(JAVA_INT, POINTER));
  private static final MethodHandle IS_READ_ONLY =
      Native.link("sqlite3_stmt_readonly", FunctionDescriptor.of(JAVA_INT, POINTER));
  private static final MethodHandle EXPLAIN_MODE =
      Native.link("sqlite3_stmt_isexplain", FunctionDescriptor.of(JAVA_INT, POINTER));
  private static final MethodHandle STATUS =
      Native.link(
          "sqlite3_stmt_status", FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_INT, JAVA_INT));
  private static final MethodHandle PARAMETER_COUNT =
      Native.link("sqlite3_bind_parameter_count", FunctionDescriptor.of(JAVA_INT, POINTER));
  private static final MethodHandle PARAMETER_NAME =
      Native.link("sqlite3_bind_parameter_name", FunctionDescriptor.of(POINTER, POINTER, JAVA_INT));
  private static final MethodHandle PARAMETER_INDEX =
      Native.link(
          "sqlite3_bind_parameter_index", FunctionDescriptor.of(JAVA_INT, POINTER, POINTER));
  private static final MethodHandle COLUMN_COUNT =
      Native.link("sqlite3_column_count", FunctionDescriptor.of(JAVA_INT, POINTER));
  private static final MethodHandle COLUMN_NAME =
      Native.link("sqlite3_column_name", FunctionDescriptor.of(POINTER, POINTER, JAVA_INT));
  private static final MethodHandle COLUMN_DECLARED_TYPE =
      Native.link("sqlite3_column_decltype", FunctionDescriptor.of(POINTER, POINTER, JAVA_INT));

  private StatementCalls() {}

  static int prepare(
      long connection, long sql, int sizeBytes, int flags, long statementOut, long tailOut) {
    try {
      return (int) PREPARE.invokeExact(connection, sql, sizeBytes, flags, statementOut, tailOut);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int step(long statement) {
    try {
      return (int) STEP.invokeExact(statement);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int reset(long statement) {
    try {
      return (int) RESET.invokeExact(statement);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int finish(long statement) {
    try {
      return (int) FINISH.invokeExact(statement);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int isReadOnly(long statement) {
    try {
      return (int) IS_READ_ONLY.invokeExact(statement);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int explainMode(long statement) {
    try {
      return (int) EXPLAIN_MODE.invokeExact(statement);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int status(long statement, int counter, int reset) {
    try {
      return (int) STATUS.invokeExact(statement, counter, reset);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int parameterCount(long statement) {
    try {
      return (int) PARAMETER_COUNT.invokeExact(statement);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static long parameterName(long statement, int index) {
    try {
      return (long) PARAMETER_NAME.invokeExact(statement, index);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int parameterIndex(long statement, long name) {
    try {
      return (int) PARAMETER_INDEX.invokeExact(statement, name);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int columnCount(long statement) {
    try {
      return (int) COLUMN_COUNT.invokeExact(statement);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static long columnName(long statement, int column) {
    try {
      return (long) COLUMN_NAME.invokeExact(statement, column);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static long columnDeclaredType(long statement, int column) {
    try {
      return (long) COLUMN_DECLARED_TYPE.invokeExact(statement, column);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }
}
