package io.dosql.e2e;

import io.fabric8.kubernetes.api.model.Pod;

/** Which process serves a database: another pod or a restarted container is another one. */
record PodIdentity(String uid, int restarts) {

  static PodIdentity of(TestNamespace namespace, String database) {
    Pod pod = namespace.resource(Pod.class, database + "-0").require();
    return new PodIdentity(
        pod.getMetadata().getUid(),
        pod.getStatus().getContainerStatuses().getFirst().getRestartCount());
  }
}
