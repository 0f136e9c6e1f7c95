package io.dosql.quickstart.runner;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.http.HttpClient;
import java.time.Clock;

/** What all parts of the runner share. */
record RunnerContext(
    KubernetesClient client,
    RunnerFolder folder,
    LoopbackPorts ports,
    LocalImage image,
    RestartDelays delays,
    RunnerEvents events,
    HttpClient http,
    Clock clock) {}
