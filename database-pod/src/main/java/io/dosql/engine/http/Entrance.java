package io.dosql.engine.http;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.ServerHttpRequest;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.http.body.ByteBody;
import io.micronaut.http.body.CloseableAvailableByteBody;
import io.micronaut.http.exceptions.ContentLengthExceededException;
import io.micronaut.http.netty.body.NettyByteBodyFactory;
import io.micronaut.http.server.netty.NettyHttpRequest;
import io.netty.channel.Channel;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Takes every request from the framework before it looks for a route of its own, has the gateway
 * answer it on a virtual thread, and hands the answer back.
 */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class Entrance {

  private final RequestThreads threads;
  private final HttpLimits limits;
  private final Ports ports;

  Entrance(RequestThreads threads, HttpLimits limits, Ports ports) {
    this.threads = threads;
    this.limits = limits;
    this.ports = ports;
  }

  /** Never lets a request pass on. The future is completed whatever happens. */
  @RequestFilter
  CompletableFuture<HttpResponse<?>> answer(HttpRequest<?> request) {
    CompletableFuture<HttpResponse<?>> answer = new CompletableFuture<>();
    threads.answer(
        call(request, answer),
        reply -> {
          if (!reply.isStreamed()) {
            answer.complete(response(reply));
          }
        },
        answer::completeExceptionally);
    return answer;
  }

  private Call call(HttpRequest<?> request, CompletableFuture<HttpResponse<?>> answer) {
    URI uri = request.getUri();
    String query = uri.getRawQuery();
    return new Call(
        ports.surfaceOf(request.getServerAddress().getPort()),
        request.getMethodName(),
        String.valueOf(uri.getRawPath()),
        query == null ? "" : query,
        name -> request.getHeaders().get(name),
        new ArrivingBody(((ServerHttpRequest<?>) request).byteBody(), request.getContentLength()),
        ClientConnection.of(channelOf(request)),
        (mediaType, headers) -> begin(channelOf(request), mediaType, headers, answer));
  }

  private static Channel channelOf(HttpRequest<?> request) {
    return ((NettyHttpRequest<?>) request).getChannelHandlerContext().channel();
  }

  private static Responder.Body begin(
      Channel channel,
      String mediaType,
      Map<String, String> headers,
      CompletableFuture<HttpResponse<?>> answer) {
    ChunkPublisher chunks = new ChunkPublisher();
    MutableHttpResponse<Object> response = HttpResponse.ok();
    headers.forEach(response::header);
    boolean _ =
        answer.complete(
            response
                .header("Content-Type", mediaType)
                .body(new NettyByteBodyFactory(channel).adaptNetty(chunks)));
    return chunks;
  }

  private static HttpResponse<?> response(Reply reply) {
    MutableHttpResponse<Object> response = HttpResponse.status(reply.status(), "");
    reply.headers().forEach(response::header);
    return response.header("Content-Type", reply.contentType()).body(NettyReply.body(reply));
  }

  private final class ArrivingBody implements Call.Body {
    private final ByteBody body;
    private final long statedLength;

    private ArrivingBody(ByteBody body, long statedLength) {
      this.body = body;
      this.statedLength = statedLength;
    }

    @Override
    public long statedLength() {
      return statedLength;
    }

    @Override
    public byte[] read() {
      try (CloseableAvailableByteBody whole =
          body.buffer().get(limits.bodyTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
        return whole.toByteArray();
      } catch (TimeoutException tooSlow) {
        throw BodyErrors.tooSlow(limits);
      } catch (ExecutionException failure) {
        throw failure.getCause() instanceof ContentLengthExceededException
            ? BodyErrors.tooLarge(limits)
            : BodyErrors.incomplete();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw BodyErrors.incomplete();
      }
    }
  }
}
