package io.dosql.operator.podspec;

import io.dosql.crds.DirectoryStore;
import io.dosql.crds.S3Store;
import io.dosql.crds.ServerSideEncryption;
import io.fabric8.kubernetes.api.model.EnvVar;
import java.util.ArrayList;
import java.util.List;

/** The variables that tell a pod of a store; pure. */
public final class StoreEnvironment {

  private StoreEnvironment() {}

  public static List<EnvVar> of(StoreUse use) {
    List<EnvVar> variables = new ArrayList<>();
    String name = use.role().variable();
    S3Store s3 = use.store().s3();
    DirectoryStore directory = use.store().directory();
    if (s3 != null) {
      add(variables, name, "s3");
      add(variables, name + "_PREFIX", use.prefix());
      add(variables, name + "_S3_ENDPOINT", s3.endpoint());
      add(variables, name + "_S3_BUCKET", s3.bucket());
      add(variables, name + "_S3_REGION", s3.region());
      add(variables, name + "_S3_CREDENTIALS_DIR", use.role().credentialsPath());
      addEncryptionOfTheService(variables, name, s3);
    } else if (directory != null) {
      add(variables, name, "directory");
      add(variables, name + "_PREFIX", use.prefix());
      add(variables, name + "_DIRECTORY", use.role().directoryPath());
    }
    if (use.encryption() != null) {
      add(variables, name + "_ENCRYPTION_KEYS_DIR", use.role().encryptionPath());
    }
    return variables;
  }

  private static void addEncryptionOfTheService(List<EnvVar> variables, String name, S3Store s3) {
    ServerSideEncryption encryption = s3.serverSideEncryption();
    if (encryption != null) {
      add(variables, name + "_S3_SSE", encryption.type().name());
      if (encryption.kmsKeyId() != null) {
        add(variables, name + "_S3_SSE_KMS_KEY", encryption.kmsKeyId());
      }
    }
  }

  private static void add(List<EnvVar> variables, String name, String value) {
    variables.add(new EnvVar(name, value, null));
  }
}
