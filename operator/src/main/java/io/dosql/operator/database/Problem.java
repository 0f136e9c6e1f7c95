package io.dosql.operator.database;

/** Something that keeps a database from being as it shall be: one word, and advice. */
record Problem(String reason, String message) {}
