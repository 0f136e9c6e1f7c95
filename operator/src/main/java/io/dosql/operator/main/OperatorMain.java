package io.dosql.operator.main;

import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.Micronaut;
import java.security.Security;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operator's process: probes and metrics first, then the controllers, so that a slow start is
 * seen as one. Ends with 1 when it cannot start; on SIGTERM it lets passes end and stops.
 */
public final class OperatorMain {

  private static final Logger LOG = LoggerFactory.getLogger(OperatorMain.class);

  /**
   * How long the address of a pod's name is believed. Java's default, 30 s, would have the operator
   * wait for the address of a pod that was replaced, and call a new one unreachable.
   */
  private static final String NAME_SECONDS = "2";

  private OperatorMain() {}

  public static void main(String[] args) {
    // Before the first name is looked up: read once.
    Security.setProperty("networkaddress.cache.ttl", NAME_SECONDS);
    Security.setProperty("networkaddress.cache.negative.ttl", NAME_SECONDS);
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
