/**
 * Plays the controllers and the node of a cluster on one machine: StatefulSets become processes,
 * claims become folders, ports of containers become ports of loopback.
 *
 * <p>Entry point: {@link io.dosql.quickstart.runner.PodRunner}. It talks to a Kubernetes API and
 * nothing else: it must not depend on {@code io.dosql.crds}, on the operator or the engine. What
 * makes an image's container a command comes from outside, as a {@link
 * io.dosql.quickstart.runner.LocalImage}.
 */
@NullMarked
package io.dosql.quickstart.runner;

import org.jspecify.annotations.NullMarked;
