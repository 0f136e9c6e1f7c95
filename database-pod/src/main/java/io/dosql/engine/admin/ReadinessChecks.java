package io.dosql.engine.admin;

/** Knows the health of the pod's parts. Thread safe; answers at once, without I/O. */
@FunctionalInterface
public interface ReadinessChecks {

  Checks current();
}
