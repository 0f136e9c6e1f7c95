package io.dosql.engine.archive.store;

import java.util.regex.Pattern;

/**
 * Which keys the stores take: path segments of letters, digits and {@code . _ -}, none of them
 * {@code .} or {@code ..}, joined by single slashes, 1024 bytes at most (S3's limit). So a key
 * means the same in every store, and can never leave the folder of a {@link DirectoryObjectStore}.
 */
public final class ObjectKeys {

  /** In bytes, which are characters here. */
  public static final int LENGTH_MAX = 1024;

  /** In bytes: what the common file systems allow for one name. */
  static final int SEGMENT_LENGTH_MAX = 255;

  private static final Pattern SEGMENT =
      Pattern.compile("[A-Za-z0-9._-]{1," + SEGMENT_LENGTH_MAX + "}");

  private ObjectKeys() {}

  /** Returns {@code key}, or throws {@link IllegalArgumentException}. */
  public static String check(String key) {
    if (key.length() > LENGTH_MAX) {
      throw new IllegalArgumentException(
          "an object's key of %d characters; %d are allowed".formatted(key.length(), LENGTH_MAX));
    }
    for (String segment : key.split("/", -1)) {
      if (segment.equals(".") || segment.equals("..") || !SEGMENT.matcher(segment).matches()) {
        throw new IllegalArgumentException("not an object's key: \"" + key + "\"");
      }
    }
    return key;
  }

  /** Returns {@code folder}, which must be empty or a key and a slash. */
  static String checkFolder(String folder) {
    if (!folder.isEmpty()) {
      if (!folder.endsWith("/")) {
        throw new IllegalArgumentException("not a folder: \"" + folder + "\"");
      }
      check(folder.substring(0, folder.length() - 1));
    }
    return folder;
  }
}
