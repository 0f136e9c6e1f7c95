package io.dosql.engine.hrana;

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

  RequestReader reader(HranaLimits limits) {
    return switch (this) {
      case JSON -> new JsonRequests(limits);
      case PROTOBUF -> new ProtobufRequests(limits);
    };
  }
}
