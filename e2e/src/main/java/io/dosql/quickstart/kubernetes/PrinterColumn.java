package io.dosql.quickstart.kubernetes;

/**
 * A column of {@code kubectl get}.
 *
 * @param priority 0 is always shown, more only with {@code -o wide}
 */
record PrinterColumn(String name, String type, String description, int priority, String jsonPath) {}
