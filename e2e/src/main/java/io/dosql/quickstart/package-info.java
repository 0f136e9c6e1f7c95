/**
 * One machine, no cluster: the real operator and the real engine pod, run by one command.
 *
 * <p>Entry point: {@code Quickstart}. {@code kubernetes} holds an embedded Kubernetes API, {@code
 * runner} turns StatefulSets into local processes. Nothing here is part of a production image;
 * neither the operator nor the engine may depend on it.
 */
@NullMarked
package io.dosql.quickstart;

import org.jspecify.annotations.NullMarked;
