package io.dosql.quickstart.runner;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SupportedFeaturesTest {

  private static final String CONTAINER = "\"name\":\"c\",\"image\":\"i\"";

  private static Pod pod(String container, String spec) {
    return Serialization.unmarshal(
        """
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},
         "spec":{"containers":[{%s%s}]%s}}
        """
            .formatted(CONTAINER, container, spec),
        Pod.class);
  }

  @Test
  void plainPodMissesNothing() {
    Pod pod =
        pod(
            ",\"env\":[{\"name\":\"A\",\"value\":\"b\"}],\"ports\":[{\"containerPort\":80}],"
                + "\"livenessProbe\":{\"httpGet\":{\"path\":\"/\",\"port\":80}},"
                + "\"volumeMounts\":[{\"name\":\"v\",\"mountPath\":\"/v\",\"readOnly\":true}]",
            ",\"volumes\":[{\"name\":\"v\",\"emptyDir\":{}}],\"securityContext\":{\"runAsNonRoot\":true}");

    assertThat(SupportedFeatures.missing(pod.getSpec())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"command\":[\"sh\"]                                   | containers[].command",
        "\"args\":[\"-x\"]                                      | containers[].args",
        "\"envFrom\":[{\"secretRef\":{\"name\":\"s\"}}]         | containers[].envFrom",
        "\"env\":[{\"name\":\"A\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"f\"}}}] | valueFrom",
        "\"ports\":[{\"containerPort\":80,\"hostPort\":80}]     | hostPort",
        "\"ports\":[{\"containerPort\":80,\"protocol\":\"UDP\"}] | UDP",
        "\"lifecycle\":{\"preStop\":{\"sleep\":{\"seconds\":1}}} | containers[].lifecycle",
        "\"volumeMounts\":[{\"name\":\"v\",\"mountPath\":\"/v\",\"subPath\":\"x\"}] | subPath",
        "\"livenessProbe\":{\"exec\":{\"command\":[\"x\"]}}     | exec",
        "\"readinessProbe\":{\"httpGet\":{\"port\":80,\"scheme\":\"HTTPS\"}} | HTTPS",
      })
  void whatAContainerAsksForInVainIsNamed(String field, String named) {
    assertThat(SupportedFeatures.missing(pod("," + field, "").getSpec()))
        .anyMatch(missing -> missing.contains(named));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"initContainers\":[{\"name\":\"i\"}]                  | initContainers",
        "\"hostNetwork\":true                                   | hostNetwork",
        "\"nodeSelector\":{\"a\":\"b\"}                         | nodeSelector",
        "\"restartPolicy\":\"Never\"                            | restartPolicy",
        "\"automountServiceAccountToken\":true                  | automountServiceAccountToken",
        "\"volumes\":[{\"name\":\"v\",\"hostPath\":{\"path\":\"/\"}}] | hostPath",
        "\"volumes\":[{\"name\":\"v\",\"emptyDir\":{\"medium\":\"Memory\"}}] | emptyDir.medium",
      })
  void whatAPodAsksForInVainIsNamed(String field, String named) {
    assertThat(SupportedFeatures.missing(pod("", "," + field).getSpec()))
        .anyMatch(missing -> missing.contains(named));
  }

  @Test
  void secondContainerIsRefused() {
    Pod pod = pod("},{\"name\":\"d\",\"image\":\"i\"", "");

    assertThat(SupportedFeatures.missing(pod.getSpec()))
        .containsExactly("containers: only one is supported");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"replicas\":3                                         | replicas",
        "\"updateStrategy\":{\"type\":\"OnDelete\"}             | OnDelete",
        "\"minReadySeconds\":5                                  | minReadySeconds",
      })
  void whatAStatefulSetAsksForInVainIsNamed(String field, String named) {
    StatefulSet set =
        Serialization.unmarshal(
            "{\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\",\"spec\":{%s}}".formatted(field),
            StatefulSet.class);

    assertThat(SupportedFeatures.missing(set.getSpec()))
        .anyMatch(missing -> missing.contains(named));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"volumeMode\":\"Block\"                               | Block",
        "\"selector\":{\"matchLabels\":{\"a\":\"b\"}}           | selector",
        "\"dataSource\":{\"kind\":\"VolumeSnapshot\",\"name\":\"s\"} | dataSource",
      })
  void whatAClaimAsksForInVainIsNamed(String field, String named) {
    PersistentVolumeClaim claim =
        Serialization.unmarshal(
            "{\"apiVersion\":\"v1\",\"kind\":\"PersistentVolumeClaim\",\"spec\":{%s}}"
                .formatted(field),
            PersistentVolumeClaim.class);

    assertThat(SupportedFeatures.missing(claim.getSpec()))
        .anyMatch(missing -> missing.contains(named));
  }
}
