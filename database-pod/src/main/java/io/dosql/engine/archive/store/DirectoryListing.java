package io.dosql.engine.archive.store;

import io.dosql.engine.error.DosqlException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The keys below a folder, in the order that S3 has.
 *
 * <p>Folder by folder, lazily: only the names of the folders on the way are in memory. A folder is
 * ordered as its name and a slash, because that is how its keys go on: {@code a-b} comes before
 * {@code a/b} there.
 */
final class DirectoryListing {

  private final Path root;
  private final String prefix;
  private final String startAfter;
  private final Function<IOException, DosqlException> failure;

  DirectoryListing(
      Path root, String prefix, String startAfter, Function<IOException, DosqlException> failure) {
    this.root = root;
    this.prefix = prefix;
    this.startAfter = startAfter;
    this.failure = failure;
  }

  Stream<String> keys() {
    int slash = prefix.lastIndexOf('/');
    String folder = ObjectKeys.checkFolder(prefix.substring(0, slash + 1));
    return below(folder).filter(key -> key.startsWith(prefix) && key.compareTo(startAfter) > 0);
  }

  private Stream<String> below(String folder) {
    try {
      return names(folder).stream()
          .map(name -> folder + name)
          .filter(this::mayHoldMatches)
          .flatMap(name -> name.endsWith("/") ? below(name) : Stream.of(name));
    } catch (NoSuchFileException | NotDirectoryException e) {
      return Stream.empty();
    } catch (IOException e) {
      throw failure.apply(e);
    }
  }

  private boolean mayHoldMatches(String name) {
    boolean underPrefix = name.startsWith(prefix) || prefix.startsWith(name);
    // The greatest key below a folder is less than the folder's name followed by a greater letter.
    boolean behindStart =
        name.endsWith("/")
            ? name.compareTo(startAfter) > 0 || startAfter.startsWith(name)
            : name.compareTo(startAfter) > 0;
    return underPrefix && behindStart;
  }

  private List<String> names(String folder) throws IOException {
    try (Stream<Path> children = Files.list(root.resolve(folder))) {
      return children
          .filter(child -> !isTemporary(folder, child))
          .map(child -> child.getFileName() + (Files.isDirectory(child) ? "/" : ""))
          .sorted(Comparator.naturalOrder())
          .toList();
    }
  }

  private static boolean isTemporary(String folder, Path child) {
    return folder.isEmpty()
        && String.valueOf(child.getFileName()).equals(DirectoryWriter.TEMPORARY_FOLDER);
  }
}
