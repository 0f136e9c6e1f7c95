package io.dosql.quickstart.kubernetes;

/**
 * How a write is meant.
 *
 * @param fieldManager who owns the fields that are written
 * @param force whether server-side apply takes fields from other managers
 * @param dryRun whether everything happens but the storing
 * @param strict whether unknown fields are refused instead of dropped
 */
record WriteOptions(String fieldManager, boolean force, boolean dryRun, boolean strict) {}
