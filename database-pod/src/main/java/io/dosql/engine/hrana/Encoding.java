package io.dosql.engine.hrana;

import io.dosql.engine.json.JsonWriter;

/** How the protocol's messages are written. */
public enum Encoding {
  JSON,
  PROTOBUF;

  HranaWriter writer() {
    return switch (this) {
      case JSON -> new JsonHranaWriter();
      case PROTOBUF -> new ProtobufHranaWriter();
    };
  }

  /** For answers whose size is known about. */
  HranaWriter writer(int expectedBytes) {
    return switch (this) {
      case JSON -> new JsonHranaWriter(new JsonWriter(expectedBytes));
      case PROTOBUF -> new ProtobufHranaWriter();
    };
  }

  RequestReader reader(HranaLimits limits) {
    return switch (this) {
      case JSON -> new JsonRequests(limits);
      case PROTOBUF -> new ProtobufRequests(limits);
    };
  }
}
