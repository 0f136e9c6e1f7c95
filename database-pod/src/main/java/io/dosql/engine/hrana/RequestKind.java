package io.dosql.engine.hrana;

/**
 * What a request asks for: its {@code type} in JSON, and the number of its field in the messages of
 * protobuf, which differ between HTTP and WebSocket. An answer has the kind of its request.
 */
enum RequestKind {
  OPEN_STREAM("open_stream", false, 0, 2),
  CLOSE_STREAM("close_stream", false, 0, 3),
  EXECUTE("execute", true, 2, 4),
  BATCH("batch", true, 3, 5),
  OPEN_CURSOR("open_cursor", false, 0, 6),
  CLOSE_CURSOR("close_cursor", false, 0, 7),
  FETCH_CURSOR("fetch_cursor", false, 0, 8),
  SEQUENCE("sequence", false, 4, 9),
  DESCRIBE("describe", true, 5, 10),
  STORE_SQL("store_sql", false, 6, 11),
  CLOSE_SQL("close_sql", false, 7, 12),
  GET_AUTOCOMMIT("get_autocommit", false, 8, 13),
  CLOSE("close", false, 1, 0);

  private final String text;
  private final boolean hasResult;
  private final int pipelineField;
  private final int socketField;

  RequestKind(String text, boolean hasResult, int pipelineField, int socketField) {
    this.text = text;
    this.hasResult = hasResult;
    this.pipelineField = pipelineField;
    this.socketField = socketField;
  }

  /** As JSON says it. */
  String text() {
    return text;
  }

  /** Whether the answer has a field {@code result}. */
  boolean hasResult() {
    return hasResult;
  }

  /**
   * Field of {@code hrana.http.StreamRequest} and {@code StreamResponse}; 0 if it is in neither.
   */
  int pipelineField() {
    return pipelineField;
  }

  /** Field of {@code hrana.ws.RequestMsg} and {@code ResponseOkMsg}; 0 if it is in neither. */
  int socketField() {
    return socketField;
  }
}
