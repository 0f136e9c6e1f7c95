package io.dosql.engine.hrana;

import java.util.List;

/** What is asked of a connection. Streams and cursors have numbers that the client gives them. */
sealed interface SocketRequest {

  /** What its answer calls itself. */
  RequestKind kind();

  record OpenStream(int streamId) implements SocketRequest {
    @Override
    public RequestKind kind() {
      return RequestKind.OPEN_STREAM;
    }
  }

  record CloseStream(int streamId) implements SocketRequest {
    @Override
    public RequestKind kind() {
      return RequestKind.CLOSE_STREAM;
    }
  }

  /** What a stream can be asked over HTTP, too, but for {@code close}. */
  record OnStream(int streamId, StreamRequest request) implements SocketRequest {
    @Override
    public RequestKind kind() {
      return request.kind();
    }
  }

  record OpenCursor(int streamId, int cursorId, List<StreamRequest.Step> steps)
      implements SocketRequest {
    public OpenCursor {
      steps = List.copyOf(steps);
    }

    @Override
    public RequestKind kind() {
      return RequestKind.OPEN_CURSOR;
    }
  }

  /** {@code maxCount}: at least 0, as the reader sees to. */
  record FetchCursor(int cursorId, long maxCount) implements SocketRequest {
    @Override
    public RequestKind kind() {
      return RequestKind.FETCH_CURSOR;
    }
  }

  record CloseCursor(int cursorId) implements SocketRequest {
    @Override
    public RequestKind kind() {
      return RequestKind.CLOSE_CURSOR;
    }
  }

  /** Stored SQL belongs to the connection. */
  record StoreSql(int id, String sql) implements SocketRequest {
    @Override
    public RequestKind kind() {
      return RequestKind.STORE_SQL;
    }
  }

  record CloseSql(int id) implements SocketRequest {
    @Override
    public RequestKind kind() {
      return RequestKind.CLOSE_SQL;
    }
  }
}
