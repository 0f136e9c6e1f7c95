package io.dosql.operator.database;

import java.util.List;
import java.util.Optional;

/**
 * What the cluster's Secrets say of who gets at a database.
 *
 * @param certificate what is wrong with the Secret of {@code spec.tls}; empty if nothing is, or if
 *     there is no TLS
 * @param formerUsers Secrets of users that are no more, which still hold a token
 */
record AccessFindings(Optional<Problem> certificate, List<String> formerUsers) {

  static final AccessFindings NONE = new AccessFindings(Optional.empty(), List.of());

  AccessFindings {
    formerUsers = List.copyOf(formerUsers);
  }
}
