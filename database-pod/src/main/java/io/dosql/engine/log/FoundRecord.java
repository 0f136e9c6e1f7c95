package io.dosql.engine.log;

/** A record that checks out, without its pages. */
record FoundRecord(RecordHeader header, String tenant) {}
