package io.dosql.e2e;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the environment tells the tests.
 *
 * @param kubeconfig {@code KUBECONFIG}, of a user who may do everything
 * @param loadImage {@code E2E_LOAD_IMAGE}, a command that takes an image archive's path as its last
 *     argument; without it the nodes pull the chart's images
 * @param clientImage {@code E2E_CLIENT_IMAGE}, an image with BusyBox that the nodes have or pull
 * @param minioImage {@code E2E_MINIO_IMAGE}, an image of MinIO that the nodes have or pull, for
 *     tests that do to their S3 server what others must not notice
 * @param s3InCluster {@code E2E_S3_ENDPOINT}, an S3 server as pods reach it
 * @param s3FromHere {@code E2E_S3_URL}, the same server as these tests reach it
 * @param s3AccessKey {@code E2E_S3_ACCESS_KEY}
 * @param s3SecretKey {@code E2E_S3_SECRET_KEY}
 * @param repository the checkout, whose chart, images and examples are tested
 */
record Settings(
    Path kubeconfig,
    Optional<List<String>> loadImage,
    String clientImage,
    String minioImage,
    URI s3InCluster,
    URI s3FromHere,
    String s3AccessKey,
    String s3SecretKey,
    Path repository) {

  static Settings fromEnvironment() {
    return new Settings(
        Path.of(required("KUBECONFIG")),
        optional("E2E_LOAD_IMAGE").map(command -> List.of(command.split(" +"))),
        optional("E2E_CLIENT_IMAGE").orElse("busybox:1.37"),
        optional("E2E_MINIO_IMAGE").orElse("minio/minio:RELEASE.2025-09-07T16-13-09Z"),
        URI.create(required("E2E_S3_ENDPOINT")),
        URI.create(required("E2E_S3_URL")),
        required("E2E_S3_ACCESS_KEY"),
        required("E2E_S3_SECRET_KEY"),
        Path.of("..").toAbsolutePath().normalize());
  }

  private static Optional<String> optional(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
  }

  private static String required(String name) {
    return optional(name)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "The end-to-end tests need " + name + "; see docs/development.md"));
  }
}
