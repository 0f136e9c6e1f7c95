package io.dosql.engine.log;

import java.io.IOException;
import java.util.List;

/** Does what another storage does, for those that do one thing otherwise. */
class ForwardingLogStorage implements LogStorage {

  private final LogStorage storage;

  ForwardingLogStorage(LogStorage storage) {
    this.storage = storage;
  }

  @Override
  public List<String> list() throws IOException {
    return storage.list();
  }

  @Override
  public LogFile create(String name) throws IOException {
    return storage.create(name);
  }

  @Override
  public LogFile openForWriting(String name) throws IOException {
    return storage.openForWriting(name);
  }

  @Override
  public LogFile openForReading(String name) throws IOException {
    return storage.openForReading(name);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    storage.rename(from, to);
  }

  @Override
  public void delete(String name) throws IOException {
    storage.delete(name);
  }

  @Override
  public void syncDirectory() throws IOException {
    storage.syncDirectory();
  }
}
