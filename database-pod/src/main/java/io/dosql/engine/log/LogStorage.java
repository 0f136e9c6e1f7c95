package io.dosql.engine.log;

import java.io.IOException;
import java.util.List;

/**
 * The directory that holds a log's segments. Changes of the directory (create, rename, delete) are
 * durable only after {@link #syncDirectory}; those of a file's content after {@link LogFile#sync}.
 * Thread safe; exclusive use of the directory is the caller's business.
 */
public interface LogStorage {

  /** The names of all files, in any order. */
  List<String> list() throws IOException;

  /**
   * Creates an empty file and opens it for writing and reading.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is one of that name
   */
  LogFile create(String name) throws IOException;

  /**
   * Opens an existing file for writing and reading.
   *
   * @throws java.nio.file.NoSuchFileException if there is none
   */
  LogFile openForWriting(String name) throws IOException;

  /**
   * Opens an existing file for reading. What was open stays readable after a deletion.
   *
   * @throws java.nio.file.NoSuchFileException if there is none
   */
  LogFile openForReading(String name) throws IOException;

  /** Renames a file in one step. */
  void rename(String from, String to) throws IOException;

  /** Deletes an existing file. */
  void delete(String name) throws IOException;

  /** Makes the directory's entries durable. */
  void syncDirectory() throws IOException;
}
