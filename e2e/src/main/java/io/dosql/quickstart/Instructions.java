package io.dosql.quickstart;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** Says what can be done with a database that is ready; pure but for a look at the PATH. */
final class Instructions {

  private Instructions() {}

  /**
   * @param kubectl whether kubectl can be called
   */
  static String of(Connection connection, QuickstartFolder folder, Path root, boolean kubectl) {
    StringBuilder text = new StringBuilder();
    boolean authentication = !connection.token().isEmpty();
    text.append(
        """

        The database is ready.

          URL     %s
          token   %s
          store   %s
          all of it, for scripts: %s

        Try it (paste the lines):

        """
            .formatted(
                connection.url(),
                authentication ? connection.token() : "none is needed (--no-auth)",
                connection.store(),
                folder.connectionFile()));
    if (authentication) {
      text.append("  token='").append(connection.token()).append("'\n");
    }
    text.append(curl(connection, "main", "SELECT * FROM books"));
    text.append(
        curl(connection, "main", "INSERT INTO books (title, author) VALUES ('Mine', 'Me')"));
    text.append(curl(connection, "another-tenant", "SELECT 1"));
    if (kubectl) {
      text.append(
          """

            export KUBECONFIG='%1$s'
            kubectl get dosql,pods,pvc
            kubectl describe dosqldatabase quickstart
            kubectl logs quickstart-0 --tail 5
            kubectl apply -f '%2$s'
          """
              .formatted(folder.kubeconfig(), root.resolve("examples/restore")));
    } else {
      text.append(
          """

            kubectl is not installed; with it, this would show the resources:
            kubectl --kubeconfig '%s' get dosql,pods,pvc
          """
              .formatted(folder.kubeconfig()));
    }
    text.append("\nCtrl-C stops everything; the next start finds the data again.\n");
    return text.toString();
  }

  private static String curl(Connection connection, String tenant, String sql) {
    String authorization =
        connection.token().isEmpty() ? "" : " -H \"Authorization: Bearer $token\"";
    // Within single quotes of the shell, a quote of SQL must be written so.
    String body = "{\"sql\":\"" + sql.replace("'", "'\\''") + "\"}";
    return "  curl -sS %s/db/%s/query%s -H 'Content-Type: application/json' -d '%s'; echo\n"
        .formatted(connection.url(), tenant, authorization, body);
  }

  static boolean isOnPath(String program) {
    String path = System.getenv("PATH");
    Stream<String> folders =
        path == null ? Stream.empty() : Arrays.stream(path.split(File.pathSeparator, -1));
    return folders
        .filter(folder -> !folder.isEmpty())
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }
}
