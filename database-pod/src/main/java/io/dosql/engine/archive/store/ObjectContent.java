package io.dosql.engine.archive.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** What is to be put under a key: of known length and SHA-256, readable as often as needed. */
public sealed interface ObjectContent {

  /** Length in bytes. */
  long sizeBytes();

  /** SHA-256 in lower-case hex. */
  String sha256();

  /** Opens it from the beginning; the caller closes it. */
  InputStream open() throws IOException;

  /** A small content in memory. */
  static ObjectContent of(byte[] bytes) {
    return new Bytes(bytes.clone());
  }

  /** A file that nobody changes until it is stored. Reads it once, for its SHA-256. */
  static ObjectContent of(Path file) throws IOException {
    MessageDigest digest = newSha256();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      long sizeBytes = in.transferTo(OutputStream.nullOutputStream());
      return new StoredFile(file, sizeBytes, HexFormat.of().formatHex(digest.digest()));
    }
  }

  /** A digest of the kind that all objects of the archive are identified by. */
  static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must have SHA-256", e);
    }
  }

  /** Content in memory. */
  final class Bytes implements ObjectContent {

    private final byte[] bytes;
    private final String sha256;

    private Bytes(byte[] bytes) {
      this.bytes = bytes;
      this.sha256 = HexFormat.of().formatHex(newSha256().digest(bytes));
    }

    byte[] bytes() {
      return bytes;
    }

    @Override
    public long sizeBytes() {
      return bytes.length;
    }

    @Override
    public String sha256() {
      return sha256;
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(bytes);
    }
  }

  /** Content in a file. */
  record StoredFile(Path file, long sizeBytes, String sha256) implements ObjectContent {

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    public StoredFile {
      if (sizeBytes < 0) {
        throw new IllegalArgumentException("negative size of " + file);
      }
      if (!SHA256.matcher(sha256).matches()) {
        throw new IllegalArgumentException("no SHA-256 in hex: " + sha256);
      }
    }

    @Override
    public InputStream open() throws IOException {
      return Files.newInputStream(file);
    }
  }
}
