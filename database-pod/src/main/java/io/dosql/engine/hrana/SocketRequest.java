package io.dosql.engine.hrana;

import java.util.List;

/** What is asked of a connection. Streams and cursors have numbers that the client gives them. */
sealed interface SocketRequest {

  /** What its answer calls itself. */
  default RequestKind kind() {
    return switch (this) {
      case OpenStream _ -> RequestKind.OPEN_STREAM;
      case CloseStream _ -> RequestKind.CLOSE_STREAM;
      case OnStream on -> on.request.kind();
      case OpenCursor _ -> RequestKind.OPEN_CURSOR;
      case FetchCursor _ -> RequestKind.FETCH_CURSOR;
      case CloseCursor _ -> RequestKind.CLOSE_CURSOR;
      case StoreSql _ -> RequestKind.STORE_SQL;
      case CloseSql _ -> RequestKind.CLOSE_SQL;
    };
  }

  record OpenStream(int streamId) implements SocketRequest {}

  record CloseStream(int streamId) implements SocketRequest {}

  /** What a stream can be asked over HTTP, too, but for {@code close}. */
  record OnStream(int streamId, StreamRequest request) implements SocketRequest {}

  record OpenCursor(int streamId, int cursorId, List<StreamRequest.Step> steps)
      implements SocketRequest {
    public OpenCursor {
      steps = List.copyOf(steps);
    }
  }

  /** {@code maxCount}: at least 0, as the reader sees to. */
  record FetchCursor(int cursorId, long maxCount) implements SocketRequest {}

  record CloseCursor(int cursorId) implements SocketRequest {}

  /** Stored SQL belongs to the connection. */
  record StoreSql(int id, String sql) implements SocketRequest {}

  record CloseSql(int id) implements SocketRequest {}
}
