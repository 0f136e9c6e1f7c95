package io.dosql.engine.http;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.response.ErrorContext;
import io.micronaut.http.server.exceptions.response.ErrorResponseProcessor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import jakarta.inject.Singleton;

/** If the framework itself ever has to tell an error, it does so in our shape. */
@Singleton
final class LastResortErrors implements ErrorResponseProcessor<ByteBuf> {

  @Override
  public MutableHttpResponse<ByteBuf> processResponse(
      ErrorContext context, MutableHttpResponse<?> response) {
    boolean clientsFault = response.code() < 500;
    Reply reply =
        ErrorReply.of(
            new DosqlException(
                clientsFault ? ErrorCode.INVALID_REQUEST : ErrorCode.INTERNAL,
                clientsFault
                    ? "The request is not acceptable HTTP."
                    : "The request failed inside the pod."),
            RequestId.of(null));
    reply.headers().forEach(response::header);
    return response
        .header("Content-Type", reply.contentType())
        .body(Unpooled.wrappedBuffer(reply.body()));
  }
}
