package io.dosql.operator.database;

import static io.dosql.operator.testing.Databases.database;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.ArchivePolicy;
import io.dosql.crds.BackupPolicy;
import io.dosql.crds.BackupStore;
import io.dosql.crds.BackupTier;
import io.dosql.crds.BootstrapRestore;
import io.dosql.crds.BootstrapSource;
import io.dosql.crds.ChangeCapture;
import io.dosql.crds.DatabaseStatus;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.Durability;
import io.dosql.crds.Encryption;
import io.dosql.crds.ResourceCondition;
import io.dosql.crds.Resources;
import io.dosql.crds.Retention;
import io.dosql.crds.S3Store;
import io.dosql.crds.ServerSideEncryption;
import io.dosql.crds.Storage;
import io.dosql.crds.TenantLimits;
import io.dosql.operator.testing.Databases;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineStatefulSetTest {

  private static final String IMAGE = "registry.example/engine:1.2";

  private static StatefulSet build(Databases database) {
    return EngineStatefulSet.build(database.build(), IMAGE, Optional.empty());
  }

  private static PodSpec pod(Databases database) {
    return build(database).getSpec().getTemplate().getSpec();
  }

  private static Container engine(Databases database) {
    List<Container> containers = pod(database).getContainers();
    assertThat(containers).hasSize(1);
    return containers.getFirst();
  }

  private static Map<String, String> environment(Databases database) {
    return engine(database).getEnv().stream()
        .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
  }

  private static Volume volume(Databases database, String name) {
    return pod(database).getVolumes().stream()
        .filter(volume -> volume.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no volume " + name));
  }

  private static Map<String, String> mounts(Databases database) {
    return engine(database).getVolumeMounts().stream()
        .collect(
            Collectors.toMap(
                mount -> mount.getMountPath(),
                mount ->
                    mount.getName() + (Boolean.TRUE.equals(mount.getReadOnly()) ? " ro" : " rw")));
  }

  @Test
  void onePod_ownedByTheDatabase_behindTheHeadlessService() {
    StatefulSet set = build(database());
    assertThat(set.getMetadata().getName()).isEqualTo("orders");
    assertThat(set.getMetadata().getNamespace()).isEqualTo("shop");
    assertThat(set.getMetadata().getOwnerReferences())
        .singleElement()
        .satisfies(
            owner -> {
              assertThat(owner.getUid()).isEqualTo(Databases.UID);
              assertThat(owner.getKind()).isEqualTo("DoSQLDatabase");
              assertThat(owner.getApiVersion()).isEqualTo("dosql.io/v1alpha1");
              assertThat(owner.getController()).isTrue();
              assertThat(owner.getBlockOwnerDeletion()).isNull();
            });
    assertThat(set.getSpec().getReplicas()).isEqualTo(1);
    assertThat(set.getSpec().getServiceName()).isEqualTo("orders-pods");
    assertThat(set.getSpec().getPodManagementPolicy()).isEqualTo("Parallel");
  }

  @Test
  void selector_fitsThePods_andDoesNotDependOnTheImage() {
    StatefulSet set = build(database());
    PodTemplateSpec template = set.getSpec().getTemplate();
    assertThat(template.getMetadata().getLabels())
        .containsAllEntriesOf(set.getSpec().getSelector().getMatchLabels());
    assertThat(
            EngineStatefulSet.build(database().build(), "other:2", Optional.empty())
                .getSpec()
                .getSelector())
        .isEqualTo(set.getSpec().getSelector());
  }

  @Test
  void claim_isKeptOrDeletedWithTheDatabase_asAskedFor() {
    assertThat(
            build(database()).getSpec().getPersistentVolumeClaimRetentionPolicy().getWhenDeleted())
        .isEqualTo("Retain");
    var delete = build(database().storage(new Storage(null, null, Storage.ReclaimPolicy.Delete)));
    assertThat(delete.getSpec().getPersistentVolumeClaimRetentionPolicy().getWhenDeleted())
        .isEqualTo("Delete");
    assertThat(delete.getSpec().getPersistentVolumeClaimRetentionPolicy().getWhenScaled())
        .isEqualTo("Retain");
  }

  @Test
  void claimTemplate_hasSizeAndClass_andNoVersionLabelThatWouldChange() {
    PersistentVolumeClaim claim =
        build(database().storage(new Storage("3Gi", "fast", null)))
            .getSpec()
            .getVolumeClaimTemplates()
            .getFirst();
    assertThat(claim.getMetadata().getName()).isEqualTo("data");
    assertThat(claim.getSpec().getStorageClassName()).isEqualTo("fast");
    assertThat(claim.getSpec().getAccessModes()).containsExactly("ReadWriteOnce");
    assertThat(claim.getSpec().getResources().getRequests())
        .containsEntry("storage", new Quantity("3Gi"));
    assertThat(claim.getMetadata().getLabels())
        .containsEntry("dosql.io/database", "orders")
        .doesNotContainKey("app.kubernetes.io/version");
  }

  @Test
  void claimTemplateOfAnExistingSet_isTakenOver_becauseItCannotBeChanged() {
    StatefulSet existing =
        new StatefulSetBuilder(build(database().storage(new Storage("1Gi", null, null)))).build();
    StatefulSet grown =
        EngineStatefulSet.build(
            database().storage(new Storage("5Gi", null, null)).build(),
            IMAGE,
            Optional.of(existing));
    assertThat(grown.getSpec().getVolumeClaimTemplates())
        .isEqualTo(existing.getSpec().getVolumeClaimTemplates());
  }

  @Test
  void pod_hasNoRights() {
    PodSpec pod = pod(database());
    assertThat(pod.getServiceAccountName()).isEqualTo("orders");
    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.getEnableServiceLinks()).isFalse();
    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSecurityContext().getRunAsUser()).isEqualTo(65532);
    assertThat(pod.getSecurityContext().getFsGroup()).isEqualTo(65532);
    assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    var rights = engine(database()).getSecurityContext();
    assertThat(rights.getAllowPrivilegeEscalation()).isFalse();
    assertThat(rights.getReadOnlyRootFilesystem()).isTrue();
    assertThat(rights.getCapabilities().getDrop()).containsExactly("ALL");
  }

  @Test
  void onlyThePublicHalfOfTheKey_andTheAdminToken_areMounted() {
    Volume keys = volume(database().backup(Databases.s3Policy()), "keys");
    var source = keys.getProjected().getSources();
    assertThat(source).hasSize(2);
    assertThat(source.getLast().getSecret().getName()).isEqualTo("orders-auth");
    assertThat(source.getFirst().getSecret().getName()).isEqualTo("orders-keys");
    assertThat(source.getFirst().getSecret().getItems())
        .extracting(item -> item.getKey())
        .containsExactly("jwks.json", "admin-token")
        .doesNotContain(DatabaseKeys.PRIVATE_KEY);
    assertThat(keys.getProjected().getDefaultMode()).isEqualTo(0440);
    assertThat(mounts(database())).containsEntry("/etc/dosql/keys", "keys ro");
  }

  @Test
  void noOtherVolumeOfThePod_showsTheKeysSecret() {
    for (BackupPolicy policy :
        List.of(Databases.s3Policy(), BackupPolicy.of(Databases.directory()))) {
      assertThat(pod(database().backup(policy)).getVolumes())
          .filteredOn(volume -> volume.getSecret() != null)
          .noneMatch(volume -> volume.getSecret().getSecretName().equals("orders-keys"));
    }
  }

  @Test
  void environment_ofADatabaseWithoutBackups() {
    assertThat(environment(database()))
        .containsOnly(
            Map.entry("DOSQL_DATA_DIR", "/data"),
            Map.entry("DOSQL_DATABASE", "shop/orders"),
            Map.entry("DOSQL_HTTP_PORT", "8080"),
            Map.entry("DOSQL_ADMIN_PORT", "8081"),
            Map.entry("DOSQL_TENANTS_MODE", "Open"),
            Map.entry("DOSQL_TENANTS_SLEEP_AFTER", "10s"),
            Map.entry("DOSQL_DURABILITY", "Strict"),
            Map.entry("DOSQL_ROW_CHANGES", "Enabled"),
            Map.entry("DOSQL_AUTH", "jwt"),
            Map.entry("DOSQL_AUTH_JWKS_FILE", "/etc/dosql/keys/jwks.json"),
            Map.entry("DOSQL_AUTH_POLICY_FILE", "/etc/dosql/keys/policy.json"),
            Map.entry("DOSQL_ADMIN_TOKEN_FILE", "/etc/dosql/keys/admin-token"));
    assertThat(mounts(database()))
        .containsOnly(
            Map.entry("/data", "data rw"),
            Map.entry("/tmp", "tmp rw"),
            Map.entry("/etc/dosql/keys", "keys ro"));
  }

  private static BackupPolicy policy(
      BackupStore store,
      @Nullable BackupTier tier,
      @Nullable ArchivePolicy archive,
      @Nullable Retention retention,
      @Nullable Encryption encryption) {
    return new BackupPolicy(store, tier, null, null, archive, retention, null, encryption);
  }

  @Test
  void archive_isContinuous_andGivenByEnvironment_inUnitsThatTheEngineReads() {
    assertThat(environment(database().backup(Databases.s3Policy())))
        .containsEntry("DOSQL_ARCHIVE", "continuous")
        .containsEntry("DOSQL_ARCHIVE_INTERVAL", "1s")
        .containsEntry("DOSQL_ARCHIVE_ON_MAX_LAG", "KeepServing")
        .containsEntry("DOSQL_ARCHIVE_WINDOW", "168h")
        .containsEntry("DOSQL_ARCHIVE_SNAPSHOT_INTERVAL", "24h")
        .doesNotContainKey("DOSQL_ARCHIVE_MAX_LAG");
    assertThat(
            environment(
                database()
                    .backup(
                        policy(
                            Databases.s3(),
                            BackupTier.High,
                            new ArchivePolicy(
                                null, "30s", "2Gi", ArchivePolicy.OnMaxLag.StopWrites, "6h"),
                            new Retention(null, null, "3d"),
                            null))))
        .containsEntry("DOSQL_ARCHIVE_INTERVAL", "30s")
        .containsEntry("DOSQL_ARCHIVE_MAX_LAG", "2147483648")
        .containsEntry("DOSQL_ARCHIVE_ON_MAX_LAG", "StopWrites")
        .containsEntry("DOSQL_ARCHIVE_WINDOW", "72h")
        .containsEntry("DOSQL_ARCHIVE_SNAPSHOT_INTERVAL", "6h");
  }

  @Test
  void archiveThatIsOff_saysNoMoreThanThat_andTheWindowOfWhatRestoresSaved() {
    Map<String, String> variables =
        environment(database().backup(policy(Databases.s3(), BackupTier.Low, null, null, null)));
    assertThat(variables)
        .containsEntry("DOSQL_ARCHIVE", "off")
        .containsEntry("DOSQL_ARCHIVE_WINDOW", "336h");
    assertThat(variables.keySet())
        .filteredOn(name -> name.startsWith("DOSQL_ARCHIVE"))
        .containsExactlyInAnyOrder("DOSQL_ARCHIVE", "DOSQL_ARCHIVE_WINDOW");
  }

  @Test
  void encryption_isAFolderWithAllKeysOfTheSecret() {
    Databases encrypted =
        database()
            .backup(
                policy(
                    Databases.directory(),
                    null,
                    null,
                    null,
                    new Encryption(new Encryption.SecretRef("archive-keys"))));
    assertThat(environment(encrypted))
        .containsEntry("DOSQL_STORE_ENCRYPTION_KEYS_DIR", "/etc/dosql/encryption");
    assertThat(mounts(encrypted)).containsEntry("/etc/dosql/encryption", "encryption ro");
    var secret = volume(encrypted, "encryption").getSecret();
    assertThat(secret.getSecretName()).isEqualTo("archive-keys");
    assertThat(secret.getItems()).isNullOrEmpty();
    // Without it, a missing Secret would keep the pod from serving.
    assertThat(secret.getOptional()).isTrue();
  }

  @Test
  void encryptionByTheService_isPassedOn() {
    S3Store plain = Objects.requireNonNull(Databases.s3().s3());
    BackupStore kms =
        new BackupStore(
            new S3Store(
                plain.endpoint(),
                plain.bucket(),
                null,
                null,
                plain.secretRef(),
                new ServerSideEncryption(ServerSideEncryption.Type.KMS, "key/1")),
            null);
    assertThat(environment(database().backup(BackupPolicy.of(kms))))
        .containsEntry("DOSQL_STORE_S3_SSE", "KMS")
        .containsEntry("DOSQL_STORE_S3_SSE_KMS_KEY", "key/1");
  }

  private static Databases bootstrapping(BackupStore source) {
    return database()
        .backup(Databases.s3Policy())
        .bootstrap(
            new BootstrapRestore(
                new BootstrapSource(
                    source,
                    new BootstrapSource.SourceDatabase("old", null),
                    new Encryption(new Encryption.SecretRef("old-keys"))),
                null,
                null,
                null,
                null,
                true,
                null));
  }

  @Test
  void sourceOfABootstrap_isBesideTheOwnStore_andThePodIsNotReady() {
    Databases database = bootstrapping(Databases.s3());
    assertThat(environment(database))
        .containsEntry("DOSQL_STORE", "s3")
        .containsEntry("DOSQL_SOURCE_STORE", "s3")
        .containsEntry("DOSQL_SOURCE_STORE_PREFIX", "shop/old")
        .containsEntry("DOSQL_SOURCE_STORE_S3_CREDENTIALS_DIR", "/etc/dosql/source-s3")
        .containsEntry("DOSQL_SOURCE_STORE_ENCRYPTION_KEYS_DIR", "/etc/dosql/source-encryption");
    assertThat(mounts(database))
        .containsEntry("/etc/dosql/source-s3", "source-s3-credentials ro")
        .containsEntry("/etc/dosql/source-encryption", "source-encryption ro");
    Container engine = engine(database);
    assertThat(engine.getReadinessProbe().getHttpGet().getPath())
        .isEqualTo("/health/bootstrap-pending");
    assertThat(engine.getStartupProbe().getHttpGet().getPath()).isEqualTo("/health/ready");
    assertThat(engine.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/health/live");
  }

  @Test
  void volumeOfASource_isOnlyRead() {
    Databases database = bootstrapping(Databases.directory());
    assertThat(mounts(database)).containsEntry("/source", "source-backups ro");
    assertThat(environment(database)).containsEntry("DOSQL_SOURCE_STORE_DIRECTORY", "/source");
  }

  @Test
  void databaseThatHasBegun_knowsItsSourceNoLonger() {
    Databases database =
        bootstrapping(Databases.s3())
            .status(
                new DatabaseStatus(
                    1L,
                    null,
                    List.of(
                        new ResourceCondition(
                            "BootstrapRestored", "True", 1L, Databases.CREATED, "Restored", "")),
                    null,
                    null,
                    null,
                    null,
                    null,
                    null));
    assertThat(EngineStatefulSet.build(database.build(), IMAGE, Optional.empty()))
        .isEqualTo(build(database().backup(Databases.s3Policy())));
  }

  @Test
  void tenantNames_areSorted_soThatTheirOrderDoesNotRestartThePod() {
    DoSQLDatabase one = database().tenants(io.dosql.crds.Tenants.Mode.Declared, "b", "a").build();
    DoSQLDatabase other = database().tenants(io.dosql.crds.Tenants.Mode.Declared, "a", "b").build();
    assertThat(EngineStatefulSet.build(one, IMAGE, Optional.empty()))
        .isEqualTo(EngineStatefulSet.build(other, IMAGE, Optional.empty()));
    assertThat(environment(database().tenants(io.dosql.crds.Tenants.Mode.Declared, "b", "a")))
        .containsEntry("DOSQL_TENANTS_MODE", "Declared")
        .containsEntry("DOSQL_TENANTS_NAMES", "a,b");
  }

  @Test
  void lifeAndLimitsOfTenants_areGivenByEnvironment_sizesInBytes() {
    TenantLimits limits = new TenantLimits(1, 2, "500ms", 3L, "4Mi", "5Gi");
    assertThat(
            environment(
                database()
                    .tenants(new io.dosql.crds.Tenants(null, null, "5m", 7, limits))
                    .durability(Durability.Relaxed)
                    .cdc(new ChangeCapture(ChangeCapture.Mode.Disabled))))
        .containsEntry("DOSQL_TENANTS_SLEEP_AFTER", "5m")
        .containsEntry("DOSQL_TENANTS_MAX_AWAKE", "7")
        .containsEntry("DOSQL_LIMIT_CONCURRENT_REQUESTS", "1")
        .containsEntry("DOSQL_LIMIT_WAITING_WRITERS", "2")
        .containsEntry("DOSQL_LIMIT_STATEMENT_TIMEOUT", "500ms")
        .containsEntry("DOSQL_LIMIT_RESULT_ROWS", "3")
        .containsEntry("DOSQL_LIMIT_RESULT_BYTES", "4194304")
        .containsEntry("DOSQL_LIMIT_DATABASE_BYTES", "5368709120")
        .containsEntry("DOSQL_DURABILITY", "Relaxed")
        .containsEntry("DOSQL_ROW_CHANGES", "Disabled");
  }

  @Test
  void s3Store_isGivenByEnvironment_itsKeyByAnOptionalVolume() {
    Databases s3 = database().backup(Databases.s3Policy());
    assertThat(environment(s3))
        .containsEntry("DOSQL_STORE", "s3")
        .containsEntry("DOSQL_STORE_PREFIX", "shop/orders")
        .containsEntry("DOSQL_STORE_S3_ENDPOINT", "http://s3.example:9000")
        .containsEntry("DOSQL_STORE_S3_BUCKET", "backups")
        .containsEntry("DOSQL_STORE_S3_REGION", "us-east-1")
        .containsEntry("DOSQL_STORE_S3_CREDENTIALS_DIR", "/etc/dosql/s3")
        .doesNotContainKey("DOSQL_STORE_DIRECTORY");
    var secret = volume(s3, "s3-credentials").getSecret();
    assertThat(secret.getSecretName()).isEqualTo("s3-access");
    // Without it, a missing Secret would keep the pod from starting.
    assertThat(secret.getOptional()).isTrue();
    assertThat(secret.getItems())
        .extracting(item -> item.getKey() + " as " + item.getPath())
        .containsExactly("accessKeyId as accessKeyId", "secretAccessKey as secretAccessKey");
    assertThat(mounts(s3)).containsEntry("/etc/dosql/s3", "s3-credentials ro");
  }

  @Test
  void directoryStore_isTheClaimThatItNames() {
    Databases directory = database().backup(BackupPolicy.of(Databases.directory()));
    assertThat(environment(directory))
        .containsEntry("DOSQL_STORE", "directory")
        .containsEntry("DOSQL_STORE_DIRECTORY", "/backups")
        .containsEntry("DOSQL_STORE_PREFIX", "shop/orders");
    assertThat(volume(directory, "backups").getPersistentVolumeClaim().getClaimName())
        .isEqualTo("backup-disk");
    assertThat(mounts(directory)).containsEntry("/backups", "backups rw");
  }

  @Test
  void probes_lookAtThePodItselfOnly() {
    Container engine = engine(database());
    assertThat(path(engine.getLivenessProbe())).isEqualTo("/health/live");
    assertThat(path(engine.getReadinessProbe())).isEqualTo("/health/ready");
    assertThat(path(engine.getStartupProbe())).isEqualTo("/health/ready");
    Probe startup = engine.getStartupProbe();
    assertThat(startup.getPeriodSeconds() * startup.getFailureThreshold())
        .as("time for a long recovery")
        .isGreaterThanOrEqualTo(1800);
  }

  private static String path(Probe probe) {
    return probe.getHttpGet().getPath();
  }

  @Test
  void resources_areThoseOfTheDatabase() {
    Databases database =
        database()
            .resources(
                new Resources(
                    Map.of("cpu", new Quantity("2"), "memory", new Quantity("1Gi")),
                    Map.of("memory", new Quantity("2Gi"))));
    assertThat(engine(database).getResources().getRequests())
        .containsOnly(
            Map.entry("cpu", new Quantity("2")), Map.entry("memory", new Quantity("1Gi")));
    assertThat(engine(database).getResources().getLimits())
        .containsOnly(Map.entry("memory", new Quantity("2Gi")));
  }

  @ParameterizedTest
  @CsvSource({"128Mi, true", "255Mi, true", "256Mi, false", "1Gi, false", "200M, true"})
  void aSmallContainerDoesWithoutTheSecondCompiler(String limit, boolean isWithout) {
    Databases database =
        database().resources(new Resources(Map.of(), Map.of("memory", new Quantity(limit))));
    assertThat(
            engine(database).getEnv().stream()
                .anyMatch(variable -> variable.getName().equals("JDK_JAVA_OPTIONS")))
        .isEqualTo(isWithout);
  }
}
