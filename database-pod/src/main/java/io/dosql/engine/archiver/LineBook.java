package io.dosql.engine.archiver;

import java.io.IOException;

/** Where the data directory says which line it writes. */
public interface LineBook {

  /** The line that LSNs of this directory count in now. Any thread. */
  String line();

  /** From now on it is another one; durable on return. */
  void begin(String line) throws IOException;
}
