package io.dosql.engine.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Answers small, plain requests to the data port straight from the connection, without the
 * framework's routing and body handling, which cost several times what a point read does. What is
 * large, slow or unusual in any way is passed on to the framework, and so to {@link Entrance}: both
 * end at the same {@link Gateway}.
 *
 * <p>All methods run on the connection's event loop.
 */
final class DirectEntrance extends ChannelInboundHandlerAdapter {

  /** No more than the headers of a request may have. */
  static final int BODY_MAX = 16 << 10;

  /** How long a body may be on its way: many clients send it behind the headers. */
  private static final Duration BODY_WAIT = Duration.ofMillis(50);

  private final RequestThreads threads;

  /** Invariant: empty, or a request that may be answered here and what has come of its body. */
  private final List<Object> held = new ArrayList<>();

  private @Nullable Future<?> timer;

  DirectEntrance(RequestThreads threads) {
    this.threads = threads;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    boolean begins = message instanceof HttpRequest request && isPlain(request);
    if (!begins && held.isEmpty()) {
      context.fireChannelRead(message);
      return;
    }
    held.add(message);
    if (message instanceof LastHttpContent) {
      stopTimer();
      answer(context);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (held.isEmpty()) {
      context.fireChannelReadComplete();
      return;
    }
    if (timer == null) {
      timer =
          context
              .executor()
              .schedule(() -> passOn(context), BODY_WAIT.toNanos(), TimeUnit.NANOSECONDS);
    }
    context.read();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (!held.isEmpty()) {
      passOn(context);
    }
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!held.isEmpty()) {
      passOn(context);
    }
    context.fireExceptionCaught(cause);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    stopTimer();
    held.forEach(ReferenceCountUtil::release);
    held.clear();
  }

  /** The framework has what came so far, and the rest. */
  private void passOn(ChannelHandlerContext context) {
    stopTimer();
    List<Object> messages = List.copyOf(held);
    held.clear();
    messages.forEach(context::fireChannelRead);
    if (!messages.isEmpty()) {
      context.fireChannelReadComplete();
    }
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private boolean isPlain(HttpRequest request) {
    HttpHeaders headers = request.headers();
    return request.method().equals(HttpMethod.POST)
        && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && HttpUtil.isKeepAlive(request)
        && !threads.mayStream(path(request.uri()))
        && !headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        && !headers.contains(HttpHeaderNames.EXPECT)
        && !headers.contains(HttpHeaderNames.UPGRADE)
        && !StreamedQuery.isAskedFor(headers.get(HttpHeaderNames.ACCEPT))
        && isShort(headers.getAll(HttpHeaderNames.CONTENT_LENGTH));
  }

  private static String path(String uri) {
    int question = uri.indexOf('?');
    return question < 0 ? uri : uri.substring(0, question);
  }

  private static boolean isShort(List<String> lengths) {
    if (lengths.size() != 1) {
      return false;
    }
    try {
      int length = Integer.parseInt(lengths.getFirst());
      return length >= 0 && length <= BODY_MAX;
    } catch (NumberFormatException strange) {
      return false;
    }
  }

  private void answer(ChannelHandlerContext context) {
    Call call = call(context, (HttpRequest) held.getFirst(), takeBody());
    threads.answer(
        call,
        reply -> write(context, reply),
        failed -> {
          var _ = context.close();
        });
  }

  private byte[] takeBody() {
    int length = 0;
    for (Object part : held) {
      length += part instanceof HttpContent content ? content.content().readableBytes() : 0;
    }
    byte[] body = new byte[length];
    int at = 0;
    for (Object part : held) {
      if (part instanceof HttpContent content) {
        ByteBuf bytes = content.content();
        int count = bytes.readableBytes();
        bytes.readBytes(body, at, count);
        at += count;
        content.release();
      }
    }
    return body;
  }

  private Call call(ChannelHandlerContext context, HttpRequest request, byte[] body) {
    held.clear();
    String uri = request.uri();
    int question = uri.indexOf('?');
    HttpHeaders headers = request.headers();
    return new Call(
        Surface.DATA,
        request.method().name(),
        path(uri),
        question < 0 ? "" : uri.substring(question + 1),
        headers::get,
        new WholeBody(body),
        ClientConnection.of(context.channel()),
        (mediaType, more) -> {
          throw new IllegalStateException("streams are not answered here");
        });
  }

  private static final class WholeBody implements Call.Body {
    private final byte[] bytes;

    private WholeBody(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public long statedLength() {
      return bytes.length;
    }

    @Override
    public byte[] read() {
      return bytes;
    }
  }

  private static void write(ChannelHandlerContext context, Reply reply) {
    FullHttpResponse response = NettyReply.response(reply);
    var sent = context.writeAndFlush(response);
    if (!HttpUtil.isKeepAlive(response)) {
      var _ = sent.addListener(ChannelFutureListener.CLOSE);
    }
  }
}
