package io.dosql.operator.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.operator.main.OperatorConfig;
import io.dosql.operator.main.OperatorMetricsFixture;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.Yaml;

class ChartTest {

  @TempDir Path scratch;

  private List<HasMetadata> render(String values) throws IOException {
    return Chart.render(scratch, values);
  }

  private Container operator(String values) throws IOException {
    return Chart.one(render(values), Deployment.class)
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .getFirst();
  }

  private static String variable(Container container, String name) {
    return container.getEnv().stream()
        .filter(variable -> variable.getName().equals(name))
        .map(EnvVar::getValue)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no variable " + name));
  }

  @Test
  void lint_findsNothing() {
    var result = Chart.lint();
    assertThat(result.isFailed()).as(String.join("\n", result.getMessages())).isFalse();
    assertThat(result.getMessages()).noneMatch(message -> message.contains("[ERROR]"));
  }

  @Test
  void crds_areThoseThatTheTypesGenerate() throws IOException {
    assertThat(files(Chart.FOLDER.resolve("files/crds")))
        .isEqualTo(files(Path.of("..", "crds", "generated")));
  }

  private static Set<String> files(Path folder) throws IOException {
    Set<String> contents = new TreeSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        contents.add(file.getFileName() + "\n" + Files.readString(file));
      }
    }
    return contents;
  }

  @Test
  void byDefault_allNamespacesAreWatched() throws IOException {
    List<HasMetadata> objects = render("{}");
    assertThat(Chart.all(objects, CustomResourceDefinition.class)).hasSize(4);
    assertThat(Chart.one(objects, ClusterRole.class).getMetadata().getName())
        .isEqualTo("tools-db-dosql-operator");
    var binding = Chart.one(objects, ClusterRoleBinding.class);
    assertThat(binding.getRoleRef().getName()).isEqualTo("tools-db-dosql-operator");
    assertThat(binding.getSubjects())
        .singleElement()
        .satisfies(
            subject -> {
              assertThat(subject.getName()).isEqualTo("db-dosql-operator");
              assertThat(subject.getNamespace()).isEqualTo("tools");
            });
    assertThat(Chart.one(objects, ServiceAccount.class).getMetadata().getName())
        .isEqualTo("db-dosql-operator");
    assertThat(variable(operator("{}"), "DOSQL_WATCH_NAMESPACES")).isEmpty();
  }

  @Test
  void namedNamespaces_getARoleEach_andTheClusterNone() throws IOException {
    List<HasMetadata> objects = render("watchNamespaces: [shop, crm]");
    assertThat(Chart.all(objects, ClusterRole.class)).isEmpty();
    assertThat(Chart.all(objects, ClusterRoleBinding.class)).isEmpty();
    assertThat(Chart.all(objects, Role.class))
        .extracting(role -> role.getMetadata().getNamespace())
        .containsExactlyInAnyOrder("shop", "crm", "tools");
    assertThat(Chart.all(objects, RoleBinding.class))
        .allSatisfy(
            binding ->
                assertThat(binding.getSubjects())
                    .singleElement()
                    .satisfies(subject -> assertThat(subject.getNamespace()).isEqualTo("tools")));
    assertThat(variable(operator("watchNamespaces: [shop, crm]"), "DOSQL_WATCH_NAMESPACES"))
        .isEqualTo("shop,crm");
  }

  @Test
  void rules_areTheSame_inOneNamespaceAndInAll() throws IOException {
    assertThat(Chart.one(render("{}"), ClusterRole.class).getRules())
        .isEqualTo(
            Chart.all(render("watchNamespaces: [shop]"), Role.class).stream()
                .filter(role -> "shop".equals(role.getMetadata().getNamespace()))
                .findFirst()
                .orElseThrow()
                .getRules());
  }

  @Test
  void everyNamespacedObject_isInTheReleasesNamespace_andLabelled() throws IOException {
    assertThat(render("{}"))
        .allSatisfy(
            object -> {
              if (object instanceof Namespaced) {
                assertThat(object.getMetadata().getNamespace()).isEqualTo("tools");
              }
              assertThat(object.getMetadata().getLabels())
                  .containsEntry("app.kubernetes.io/name", "dosql-operator")
                  .containsEntry("app.kubernetes.io/instance", "db")
                  .containsEntry("app.kubernetes.io/managed-by", "Helm");
            });
  }

  @Test
  void crds_outliveTheRelease_andCanBeLeftToSomebodyElse() throws IOException {
    assertThat(Chart.all(render("{}"), CustomResourceDefinition.class))
        .allSatisfy(
            crd ->
                assertThat(crd.getMetadata().getAnnotations())
                    .containsEntry("helm.sh/resource-policy", "keep"));
    assertThat(Chart.all(render("crds: {install: false}"), CustomResourceDefinition.class))
        .isEmpty();
  }

  @Test
  void pod_hasNoRights_andAWritableTmpOnly() throws IOException {
    var pod = Chart.one(render("{}"), Deployment.class).getSpec().getTemplate().getSpec();
    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    Container container = pod.getContainers().getFirst();
    assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
    assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(container.getVolumeMounts())
        .extracting(mount -> mount.getMountPath())
        .containsExactly("/tmp");
  }

  @Test
  void variables_areThoseThatTheOperatorReads() throws IOException {
    String read = resource("/application.yml") + resource("/logback.xml");
    assertThat(operator("{}").getEnv())
        .extracting(EnvVar::getName)
        .allSatisfy(name -> assertThat(read).contains("${" + name + ":"));
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = OperatorConfig.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void images_areThoseOfTheValues_orOfTheChartsVersion() throws IOException {
    String version =
        Files.readString(Chart.FOLDER.resolve("Chart.yaml"))
            .lines()
            .filter(line -> line.startsWith("appVersion: "))
            .map(line -> line.substring("appVersion: ".length()))
            .collect(Collectors.joining());
    assertThat(operator("{}").getImage()).isEqualTo("ghcr.io/dosql/dosql-operator:" + version);
    assertThat(variable(operator("{}"), "DOSQL_DATABASE_IMAGE"))
        .isEqualTo("ghcr.io/dosql/dosql-database-pod:" + version);
    Container own =
        operator(
            """
            image: {repository: "localhost:5000/op", tag: v1, pullPolicy: Never}
            databaseImage: {repository: "localhost:5000/pod", tag: v2}
            """);
    assertThat(own.getImage()).isEqualTo("localhost:5000/op:v1");
    assertThat(own.getImagePullPolicy()).isEqualTo("Never");
    assertThat(variable(own, "DOSQL_DATABASE_IMAGE")).isEqualTo("localhost:5000/pod:v2");
  }

  @Test
  void everyValue_isUsed() throws IOException {
    String text =
        Chart.text(
            scratch,
            """
            imagePullSecrets: [{name: mark-pull}]
            replicas: 3
            serviceAccount: {annotations: {mark-account: "1"}}
            logLevel: TRACE
            resources: {requests: {cpu: 123m}, limits: {memory: 345Mi}}
            podAnnotations: {mark-annotation: "1"}
            podLabels: {mark-label: "1"}
            nodeSelector: {mark-node: "1"}
            tolerations: [{key: mark-taint, operator: Exists}]
            affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 77, preference: {matchExpressions: [{key: mark-affinity, operator: Exists}]}}]}}
            priorityClassName: mark-priority
            """);
    assertThat(text)
        .contains(
            "mark-pull",
            "replicas: 3",
            "mark-account",
            "TRACE",
            "123m",
            "345Mi",
            "mark-annotation",
            "mark-label",
            "mark-node",
            "mark-taint",
            "mark-affinity",
            "mark-priority");
  }

  @Test
  void accountOfSomebodyElse_isBound_notCreated() throws IOException {
    List<HasMetadata> objects = render("serviceAccount: {create: false, name: theirs}");
    assertThat(Chart.all(objects, ServiceAccount.class)).isEmpty();
    assertThat(Chart.one(objects, ClusterRoleBinding.class).getSubjects().getFirst().getName())
        .isEqualTo("theirs");
    assertThat(
            Chart.one(objects, Deployment.class)
                .getSpec()
                .getTemplate()
                .getSpec()
                .getServiceAccountName())
        .isEqualTo("theirs");
  }

  @Test
  void lease_isTheOnlyOneThatTheOperatorMayChange() throws IOException {
    List<HasMetadata> objects = render("{}");
    Role leader = Chart.one(objects, Role.class);
    String lease = variable(operator("{}"), "DOSQL_LEASE_NAME");
    assertThat(leader.getRules())
        .anySatisfy(
            rule -> {
              assertThat(rule.getResources()).containsExactly("leases");
              assertThat(rule.getResourceNames()).containsExactly(lease);
              // The SDK refuses to start without these; the client patches.
              assertThat(rule.getVerbs()).contains("get", "update", "patch");
            })
        .anySatisfy(rule -> assertThat(rule.getVerbs()).containsExactly("create"));
  }

  @Test
  void metricsService_reachesThePod() throws IOException {
    List<HasMetadata> objects = render("{}");
    Service service = Chart.one(objects, Service.class);
    var template = Chart.one(objects, Deployment.class).getSpec().getTemplate();
    assertThat(template.getMetadata().getLabels())
        .containsAllEntriesOf(service.getSpec().getSelector());
    assertThat(template.getSpec().getContainers().getFirst().getPorts())
        .anyMatch(
            port ->
                port.getName()
                    .equals(service.getSpec().getPorts().getFirst().getTargetPort().getStrVal()));
  }

  @Test
  void alerts_areThereWhenAskedFor_andAskForMetricsThatExist() throws IOException {
    assertThat(Chart.text(scratch, "{}")).doesNotContain("PrometheusRule");
    String text = Chart.text(scratch, "alerts: {enabled: true, labels: {release: mark-release}}");
    assertThat(text)
        .contains("kind: PrometheusRule", "release: mark-release")
        .contains(
            "alert: ArchiveStalled",
            "alert: ArchiveLag",
            "alert: RetentionFailed",
            "alert: VerificationFailed")
        // What is a template of Prometheus stays one.
        .contains("The archive of {{ $labels.namespace }}/{{ $labels.database }} does not go on");
    Set<String> known = OperatorMetricsFixture.names();
    assertThat(
            Pattern.compile("dosql_operator_[a-z_]+")
                .matcher(text)
                .results()
                .map(MatchResult::group)
                .toList())
        .isNotEmpty()
        .allSatisfy(metric -> assertThat(known).contains(metric));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "unknown: 1                                     | additional properties 'unknown' not allowed",
        "image: {repo: x}                               | additional properties 'repo' not allowed",
        "image: {pullPolicy: Sometimes}                 | 'Always', 'IfNotPresent', 'Never'",
        "watchNamespaces: [Shop]                        | '/watchNamespaces/0'",
        "watchNamespaces: [a, a]                        | items at 0 and 1 are equal",
        "watchNamespaces: shop                          | '/watchNamespaces'",
        "replicas: 9                                    | maximum: got 9, want 5",
        "serviceAccount: {create: false}                | '/serviceAccount/name'",
        "logLevel: LOUD                                 | '/logLevel'",
        "resources: {limits: {memory: lots}}            | '/resources/limits/memory'",
        "podLabels: {app.kubernetes.io/name: x}         | invalid propertyName 'app.kubernetes.io/name'",
        "crds: {install: sure}                          | '/crds/install'",
        "alerts: {enabled: maybe}                       | '/alerts/enabled'",
        "alerts: {rules: []}                            | additional properties 'rules' not allowed",
      })
  void wrongValue_isRefused_andNamed(String values, String message) {
    assertThatThrownBy(() -> render(values)).hasMessageContaining(message);
  }

  @Test
  void everyValue_hasASchema() throws IOException {
    Set<String> values =
        new Yaml()
            .<Map<String, Object>>load(Files.readString(Chart.FOLDER.resolve("values.yaml")))
            .keySet();
    String schema = Files.readString(Chart.FOLDER.resolve("values.schema.json"));
    assertThat(values).allSatisfy(value -> assertThat(schema).contains("\"" + value + "\": {"));
  }
}
