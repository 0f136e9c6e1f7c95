/**
 * A small Kubernetes API server for one machine: objects, watches, server-side apply, custom
 * resources, garbage collection; no nodes, no controllers, no authentication. It listens on
 * loopback only.
 *
 * <p>Entry point: {@link io.dosql.quickstart.kubernetes.EmbeddedKubernetes}. It knows nothing of
 * DoSQL: it must not depend on {@code io.dosql.crds}, on the operator, the engine or the runner.
 *
 * <p>It is a server of its own, and not Fabric8's mock server, because what that one lacks
 * (server-side apply, strategic merge, garbage collection, schemas, generations, discovery, tables,
 * persistence) is nearly all that is needed here.
 */
@NullMarked
package io.dosql.quickstart.kubernetes;

import org.jspecify.annotations.NullMarked;
