package io.dosql.operator.testing;

import io.dosql.crds.Auth;
import io.dosql.crds.BackupPolicy;
import io.dosql.crds.BackupStore;
import io.dosql.crds.Bootstrap;
import io.dosql.crds.BootstrapRestore;
import io.dosql.crds.ChangeCapture;
import io.dosql.crds.DatabaseSpec;
import io.dosql.crds.DatabaseStatus;
import io.dosql.crds.DirectoryStore;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.Durability;
import io.dosql.crds.RequestLimits;
import io.dosql.crds.ResourceCondition;
import io.dosql.crds.Resources;
import io.dosql.crds.Retention;
import io.dosql.crds.S3Credentials;
import io.dosql.crds.S3Store;
import io.dosql.crds.Storage;
import io.dosql.crds.Tenants;
import io.dosql.crds.Tls;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Databases for tests: {@code shop/orders}, as a person would write it, and variations. */
public final class Databases {

  public static final String UID = "0b1e5a4e-1d6a-4f7e-9d7a-3d0a8f1f2c11";
  public static final String CREATED = "2026-11-20T10:00:00Z";

  private String name = "orders";
  private String uid = UID;
  private long generation = 1;
  private @Nullable String image;
  private Storage storage = new Storage(null, null, null);
  private @Nullable Resources resources;
  private @Nullable Durability durability;
  private @Nullable ChangeCapture cdc;
  private Tenants tenants = Tenants.of(null, null);
  private @Nullable BackupPolicy backup;
  private @Nullable Bootstrap bootstrap;
  private @Nullable Auth auth;
  private @Nullable Tls tls;
  private @Nullable RequestLimits limits;
  private @Nullable DatabaseStatus status;
  private @Nullable String deleted;

  private Databases() {}

  public static Databases database() {
    return new Databases();
  }

  /** One that other resources may use. */
  public static DoSQLDatabase ready() {
    return database().backup(s3Policy()).status(readyStatus(1)).build();
  }

  public static DatabaseStatus readyStatus(long observedGeneration) {
    return new DatabaseStatus(
        observedGeneration,
        "Ready",
        List.of(
            new ResourceCondition(
                "Ready", "True", observedGeneration, CREATED, "Serving", "It serves.")),
        null,
        1,
        null,
        null,
        null,
        null);
  }

  public Databases name(String value) {
    name = value;
    return this;
  }

  public Databases uid(String value) {
    uid = value;
    return this;
  }

  public Databases generation(long value) {
    generation = value;
    return this;
  }

  public Databases image(String value) {
    image = value;
    return this;
  }

  public Databases storage(Storage value) {
    storage = value;
    return this;
  }

  public Databases resources(Resources value) {
    resources = value;
    return this;
  }

  public Databases tenants(Tenants.Mode mode, String... names) {
    tenants = Tenants.of(mode, List.of(names));
    return this;
  }

  public Databases tenants(Tenants value) {
    tenants = value;
    return this;
  }

  public Databases durability(Durability value) {
    durability = value;
    return this;
  }

  public Databases cdc(ChangeCapture value) {
    cdc = value;
    return this;
  }

  public Databases backup(@Nullable BackupPolicy value) {
    backup = value;
    return this;
  }

  public Databases bootstrap(BootstrapRestore value) {
    bootstrap = new Bootstrap(value);
    return this;
  }

  public Databases auth(Auth value) {
    auth = value;
    return this;
  }

  public Databases tls(Tls value) {
    tls = value;
    return this;
  }

  public Databases limits(RequestLimits value) {
    limits = value;
    return this;
  }

  public Databases status(@Nullable DatabaseStatus value) {
    status = value;
    return this;
  }

  public Databases deleted() {
    deleted = CREATED;
    return this;
  }

  public DoSQLDatabase build() {
    DoSQLDatabase database = new DoSQLDatabase();
    database.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace("shop")
            .withName(name)
            .withUid(uid)
            .withGeneration(generation)
            .withCreationTimestamp(CREATED)
            .withDeletionTimestamp(deleted)
            .build());
    database.setSpec(
        new DatabaseSpec(
            image,
            storage,
            resources,
            tenants,
            durability,
            cdc,
            backup,
            bootstrap,
            auth,
            tls,
            limits,
            null));
    database.setStatus(status);
    return database;
  }

  public static BackupStore s3() {
    return new BackupStore(
        new S3Store(
            "http://s3.example:9000",
            "backups",
            null,
            null,
            new S3Credentials("s3-access", null, null),
            null),
        null);
  }

  public static BackupStore directory() {
    return new BackupStore(null, new DirectoryStore("backup-disk", null));
  }

  public static BackupPolicy s3Policy() {
    return BackupPolicy.of(s3());
  }

  public static BackupPolicy scheduled(String cron, String zone) {
    return new BackupPolicy(s3(), null, cron, zone, null, null, null, null);
  }

  public static BackupPolicy keeping(@Nullable Integer last, @Nullable Integer days) {
    return new BackupPolicy(
        s3(), null, null, null, null, new Retention(last, days, null), null, null);
  }
}
