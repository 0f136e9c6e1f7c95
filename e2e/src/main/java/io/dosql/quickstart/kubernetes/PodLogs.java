package io.dosql.quickstart.kubernetes;

import java.nio.file.Path;
import java.util.Optional;

/** Knows where the output of a pod is written. Called by any thread. */
@FunctionalInterface
public interface PodLogs {

  /** The file with a pod's output, if there is one. */
  Optional<Path> file(String namespace, String pod);
}
