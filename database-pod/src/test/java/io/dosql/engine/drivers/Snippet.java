package io.dosql.engine.drivers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A whole program of a page in {@code docs}: a code block behind a comment {@code <!-- snippet:
 * LANGUAGE FILE -->}.
 *
 * @param file where it belongs in its language's folder
 */
record Snippet(Language language, Path file, String text) {

  private static final Pattern BLOCK =
      Pattern.compile("<!-- snippet: (\\w+) (\\S+) -->\n```\\w+\n(.*?)```\n", Pattern.DOTALL);

  static List<Snippet> of(Path page) throws IOException {
    return BLOCK
        .matcher(Files.readString(page))
        .results()
        .map(
            block ->
                new Snippet(
                    Language.valueOf(block.group(1).toUpperCase(Locale.ROOT)),
                    Path.of(block.group(2)),
                    block.group(3)))
        .toList();
  }

  @Override
  public String toString() {
    return language + " " + file;
  }
}
