/**
 * End-to-end tests on the cluster that {@code KUBECONFIG} names: the chart, the images, a real S3
 * server. They run with {@code ./mvnw -Pe2e verify}; {@code docs/development.md} says what they
 * need.
 *
 * <p>Entry points: {@link io.dosql.e2e.TestCluster}, which installs the operator once for all
 * tests, and {@link io.dosql.e2e.TestNamespace}, in which each test class works alone.
 */
@NullMarked
package io.dosql.e2e;

import org.jspecify.annotations.NullMarked;
