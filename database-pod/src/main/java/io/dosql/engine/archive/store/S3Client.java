package io.dosql.engine.archive.store;

import io.dosql.engine.error.DosqlException;
import io.minio.MinioAsyncClient;
import io.minio.credentials.Credentials;
import io.minio.credentials.Provider;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

/**
 * Single attempts of calls to S3, each with a deadline; failures come out translated.
 *
 * <p>Two clients over one connection pool, because a deadline belongs to a client: {@code control}
 * for short calls, {@code transfer} for bodies of any size. Calls run on virtual threads.
 */
final class S3Client implements AutoCloseable {

  private static final int CALLS_AT_ONCE_MAX = 32;

  /** A call of the S3 client. */
  interface Call<T> extends Function<MinioAsyncClient, CompletableFuture<T>> {}

  private final S3Errors errors;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final OkHttpClient http;
  private final MinioAsyncClient control;
  private final MinioAsyncClient transfer;

  S3Client(S3Settings settings, S3Limits limits, Supplier<S3Credentials> credentials) {
    this.errors = new S3Errors(settings);
    Dispatcher dispatcher = new Dispatcher(executor);
    dispatcher.setMaxRequests(CALLS_AT_ONCE_MAX);
    dispatcher.setMaxRequestsPerHost(CALLS_AT_ONCE_MAX);
    this.http =
        new OkHttpClient.Builder()
            .dispatcher(dispatcher)
            .protocols(List.of(Protocol.HTTP_1_1))
            .followRedirects(false)
            .connectTimeout(limits.connectTimeout())
            .readTimeout(limits.idleTimeout())
            .writeTimeout(limits.idleTimeout())
            .callTimeout(limits.callTimeout())
            .addInterceptor(new ErrorBodyInterceptor())
            .build();
    Provider provider = () -> toClient(credentials.get());
    this.control = build(settings, provider, http);
    this.transfer =
        build(settings, provider, http.newBuilder().callTimeout(limits.transferTimeout()).build());
  }

  /** A call with no large body. */
  <T> T control(String action, Call<T> call) {
    return await(action, () -> call.apply(control));
  }

  /** A call that sends or receives an object. */
  <T> T transfer(String action, Call<T> call) {
    return await(action, () -> call.apply(transfer));
  }

  S3Errors errors() {
    return errors;
  }

  @Override
  public void close() {
    http.dispatcher().cancelAll();
    executor.shutdown();
    http.connectionPool().evictAll();
  }

  private <T> T await(String action, Supplier<CompletableFuture<T>> call) {
    try {
      return call.get().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw errors.translate(action, e);
    } catch (ExecutionException | RuntimeException e) {
      throw errors.translate(action, e);
    }
  }

  private static MinioAsyncClient build(
      S3Settings settings, Provider credentials, OkHttpClient http) {
    MinioAsyncClient client =
        MinioAsyncClient.builder()
            .endpoint(settings.endpoint().toString())
            .region(settings.region())
            .credentialsProvider(credentials)
            .httpClient(http)
            .build();
    client.disableVirtualStyleEndpoint();
    return client;
  }

  private static Credentials toClient(S3Credentials credentials) {
    return new Credentials(credentials.accessKeyId(), credentials.secretAccessKey(), null, null);
  }

  /** The S3 error code behind a failure that this class threw, or an empty string. */
  static String serverCode(DosqlException failure) {
    Throwable cause = failure.getCause();
    String code = cause == null ? null : S3Errors.serverCode(cause);
    return code == null ? "" : code;
  }
}
