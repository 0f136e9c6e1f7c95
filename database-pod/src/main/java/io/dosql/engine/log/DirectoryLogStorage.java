package io.dosql.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** A {@link LogStorage} in a directory of the file system. */
public final class DirectoryLogStorage implements LogStorage {

  private final Path directory;

  /** Uses an existing directory. */
  public DirectoryLogStorage(Path directory) {
    this.directory = directory;
  }

  @Override
  public List<String> list() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Override
  public LogFile create(String name) throws IOException {
    return open(
        name, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @Override
  public LogFile openForWriting(String name) throws IOException {
    return open(name, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @Override
  public LogFile openForReading(String name) throws IOException {
    return open(name, StandardOpenOption.READ);
  }

  private LogFile open(String name, StandardOpenOption... options) throws IOException {
    return new ChannelFile(FileChannel.open(directory.resolve(name), options));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Path target = directory.resolve(to);
    // ATOMIC_MOVE replaces what is there; a log never has a reason to.
    if (Files.exists(target)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    if (Files.notExists(directory.resolve(from))) {
      throw new NoSuchFileException(from);
    }
    Files.move(directory.resolve(from), target, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(String name) throws IOException {
    Files.delete(directory.resolve(name));
  }

  @Override
  public void syncDirectory() throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public String toString() {
    return directory.toString();
  }

  private record ChannelFile(FileChannel channel) implements LogFile {

    @Override
    public long sizeBytes() throws IOException {
      return channel.size();
    }

    @Override
    public int read(ByteBuffer target, long offset) throws IOException {
      return channel.read(target, offset);
    }

    @Override
    public int write(ByteBuffer source, long offset) throws IOException {
      return channel.write(source, offset);
    }

    @Override
    public void sync() throws IOException {
      // fdatasync: the size is among the metadata that it writes, because reading needs it.
      channel.force(false);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
