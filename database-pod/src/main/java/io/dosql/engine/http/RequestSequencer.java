package io.dosql.engine.http;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps order on one connection, between the HTTP codec and the framework.
 *
 * <ul>
 *   <li>Requests that a client sends without waiting for answers are passed on one by one: the next
 *       when the answer to the one before is written. The framework would work on all at once, and
 *       statements would run in any order.
 *   <li>What is not HTTP, or has no usable path, is answered here, in the shape of all errors, and
 *       ends the connection.
 *   <li>A body that does not end in time, and a connection without a request, are ended.
 *   <li>While an answer is pending one more read is under way, or nobody would notice that the
 *       client closes the connection; see {@link ClientConnection}.
 * </ul>
 *
 * <p>All methods run on the connection's event loop.
 */
final class RequestSequencer extends ChannelDuplexHandler {

  /** After a body's deadline the gateway answers; then there is this long to write the answer. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final HttpLimits limits;

  /** Invariant: empty, or begins with a request that waits for the answer to the one before. */
  private final Deque<Object> held = new ArrayDeque<>();

  private boolean answerPending;
  private boolean bodyPending;
  private boolean closing;
  private @Nullable Future<?> timer;

  RequestSequencer(HttpLimits limits) {
    this.limits = limits;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    restartTimer(context, limits.idleTimeout());
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    stopTimer();
    releaseHeld();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    stopTimer();
    releaseHeld();
    context.fireChannelInactive();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (closing) {
      ReferenceCountUtil.release(message);
    } else if (!held.isEmpty() || (message instanceof HttpRequest && answerPending)) {
      held.add(message);
    } else {
      passOn(context, message);
    }
  }

  /** While requests wait here, no more are read, so that a client cannot pile them up. */
  @Override
  public void read(ChannelHandlerContext context) {
    if (held.isEmpty()) {
      context.read();
    }
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    boolean interim =
        message instanceof HttpResponse response
            && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    boolean answered = message instanceof LastHttpContent && !interim;
    var _ = context.write(message, promise);
    if (answered) {
      // Not at once: the framework is in the middle of writing this answer.
      context.executor().execute(() -> answerWritten(context));
    }
  }

  private void answerWritten(ChannelHandlerContext context) {
    if (context.isRemoved()) {
      // The connection is a WebSocket by now: its time is not ours to measure.
      return;
    }
    answerPending = false;
    if (closing) {
      close(context);
      return;
    }
    if (!bodyPending) {
      restartTimer(context, limits.idleTimeout());
    }
    if (held.isEmpty()) {
      return;
    }
    do {
      passOn(context, held.remove());
    } while (!held.isEmpty() && !(answerPending && held.peek() instanceof HttpRequest));
    // Lets the framework look at what it was given, and ask for more.
    context.fireChannelReadComplete();
  }

  private void passOn(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpRequest request) {
      DosqlException refusal = refusal(request);
      if (refusal != null) {
        ReferenceCountUtil.release(message);
        refuse(context, RequestId.of(request.headers().get(RequestId.HEADER)), refusal);
        return;
      }
      request.setUri(withOneSlashInFront(request.uri()));
      answerPending = true;
      bodyPending = true;
      restartTimer(context, limits.bodyTimeout().plus(GRACE));
    }
    if (message instanceof LastHttpContent) {
      bodyPending = false;
      if (answerPending) {
        stopTimer();
      } else {
        restartTimer(context, limits.idleTimeout());
      }
    }
    if (message instanceof HttpObject part
        && !(message instanceof HttpRequest)
        && part.decoderResult().isFailure()) {
      // The body's framing is broken: nobody knows where the next request would begin.
      ReferenceCountUtil.release(message);
      closing = true;
      // Any other would be logged as an error of the server where nobody reads the body.
      context.fireExceptionCaught(new ClosedChannelException());
      if (!answerPending) {
        close(context);
      }
      return;
    }
    context.fireChannelRead(message);
    if (message instanceof LastHttpContent && answerPending) {
      // What comes is held here, and then no more is read.
      read(context);
    }
  }

  private @Nullable DosqlException refusal(HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      return request.decoderResult().cause() instanceof TooLongFrameException
          ? new DosqlException(
              ErrorCode.PAYLOAD_TOO_LARGE,
              "The request line may have %d bytes (maxRequestLineBytes), the headers %d together"
                      .formatted(limits.maxRequestLineBytes(), limits.maxHeaderBytes())
                  + " (maxHeaderBytes).")
          : new DosqlException(ErrorCode.INVALID_REQUEST, "This is not an HTTP/1.1 request.");
    }
    if (request.protocolVersion().majorVersion() != 1) {
      return new DosqlException(ErrorCode.INVALID_REQUEST, "Only HTTP/1.1 is spoken here.");
    }
    return RequestTarget.isUsable(request.uri())
        ? null
        : new DosqlException(
            ErrorCode.INVALID_REQUEST,
            "The request's path must begin with '/' and be percent-encoded.");
  }

  private void refuse(ChannelHandlerContext context, String requestId, DosqlException refusal) {
    closing = true;
    releaseHeld();
    stopTimer();
    FullHttpResponse response = NettyReply.response(ErrorReply.of(refusal, requestId));
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    var _ = context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }

  /** {@code //v2/pipeline} would be read as a host and a path. */
  private static String withOneSlashInFront(String uri) {
    int path = 0;
    while (path + 1 < uri.length() && uri.charAt(path + 1) == '/') {
      path++;
    }
    return uri.substring(path);
  }

  private void restartTimer(ChannelHandlerContext context, Duration limit) {
    stopTimer();
    timer =
        context.executor().schedule(() -> close(context), limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  private static void close(ChannelHandlerContext context) {
    var _ = context.close();
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void releaseHeld() {
    while (!held.isEmpty()) {
      ReferenceCountUtil.release(held.remove());
    }
  }
}
