package io.dosql.engine.archive.store;

import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.Response;
import okhttp3.ResponseBody;

/**
 * Bounds the bodies of errors, which the S3 client reads whole, and keeps the HTTP status of those
 * that are not XML, which it would turn into text.
 */
final class ErrorBodyInterceptor implements Interceptor {

  /** In bytes; S3's error documents have less than one KiB. */
  private static final long ERROR_BODY_MAX = 64 << 10;

  private static final int SHOWN_LENGTH_MAX = 200;

  @Override
  public Response intercept(Chain chain) throws IOException {
    Response response = chain.proceed(chain.request());
    if (response.isSuccessful() || chain.request().method().equals("HEAD")) {
      return response;
    }
    try (response) {
      String body = response.peekBody(ERROR_BODY_MAX).string();
      MediaType type = response.body().contentType();
      if (type == null || !type.subtype().equals("xml")) {
        throw new UnexpectedResponseException(response.code(), response.headers(), shortened(body));
      }
      return response
          .newBuilder()
          .header("Content-Type", "application/xml")
          .body(ResponseBody.create(body, type))
          .build();
    }
  }

  private static String shortened(String body) {
    String line = body.replaceAll("\\s+", " ").strip();
    return line.length() <= SHOWN_LENGTH_MAX ? line : line.substring(0, SHOWN_LENGTH_MAX) + "…";
  }
}
