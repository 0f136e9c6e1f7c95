package io.dosql.operator.main;

import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.Micronaut;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operator's process: probes and metrics first, then the controllers, so that a slow start is
 * seen as one. Ends with 1 when it cannot start; on SIGTERM it lets passes end and stops.
 */
public final class OperatorMain {

  private static final Logger LOG = LoggerFactory.getLogger(OperatorMain.class);

  private OperatorMain() {}

  public static void main(String[] args) {
    // Not in a try block: the context lives until a signal ends the process and closes it.
    ApplicationContext context =
        Micronaut.build(args).banner(false).mainClass(OperatorMain.class).start();
    try {
      context.getBean(OperatorRuntime.class).start();
    } catch (RuntimeException e) {
      LOG.error(
          "cannot start: check that the API server can be reached, that the CRDs are installed, and"
              + " that the operator's role is complete",
          e);
      System.exit(1);
    }
  }
}
