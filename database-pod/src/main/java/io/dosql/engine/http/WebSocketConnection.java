package io.dosql.engine.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.hrana.Encoding;
import io.dosql.engine.hrana.HranaSocket;
import io.dosql.engine.hrana.SocketPeer;
import io.dosql.engine.hrana.StreamOwner;
import io.dosql.engine.memory.BufferBudget;
import io.dosql.engine.session.Durability;
import io.dosql.engine.session.RequestTimeouts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One WebSocket: frames in and out, its pace, its end. Answers come from any thread and leave
 * together, as many as there are when the event loop gets to it. The rest runs on the event loop.
 */
final class WebSocketConnection extends SimpleChannelInboundHandler<WebSocketFrame> {

  private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);

  private static final int NORMAL = 1000;
  private static final int UNSUPPORTED_DATA = 1003;
  private static final int INVALID_DATA = 1007;
  private static final int POLICY_VIOLATION = 1008;
  private static final int TOO_LARGE = 1009;
  private static final int INTERNAL = 1011;
  private static final int RESTART = 1012;
  private static final int TRY_AGAIN_LATER = 1013;
  private static final int NO_HEARTBEAT = 4000;

  /** RFC 6455 leaves so many bytes for it. */
  private static final int REASON_BYTES_MAX = 123;

  /** What stands before a control frame's data: two bytes, and the client's mask. */
  private static final int CONTROL_HEAD_BYTES = 6;

  /** After such a message nothing is read until all is answered, so that they do not pile up. */
  private static final int LARGE_MESSAGE_BYTES = 64 << 10;

  private final Channel channel;
  private final WebSockets sockets;
  private final WebSocketLimits limits;
  private final SocketAccess access;
  private final Encoding encoding;
  private final HranaSocket hrana;

  private final Queue<Outgoing> outgoing = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean isFlushPlanned = new AtomicBoolean();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition hasRoom = lock.newCondition();

  @GuardedBy("lock")
  private long unsentBytes;

  @GuardedBy("lock")
  private boolean isGone;

  // On the event loop.

  /** What has come of a message that is not whole, and the messages that are not answered. */
  private final BufferBudget.Reservation messages;

  private long arrivingBytes;
  private long inFlightBytes;
  private int inFlight;

  /** Those among them for which the pod does not end. */
  private int awaited;

  private boolean isGreeted;
  private boolean isHeardOf = true;
  private boolean isRestarting;
  private boolean isClosing;
  private boolean isEnded;
  private boolean isWaitingForAll;

  private record Outgoing(ByteBuffer message, int bytes, SocketPeer.Answered answered) {}

  WebSocketConnection(
      Channel channel,
      WebSockets sockets,
      WebSocketLimits limits,
      SocketAccess access,
      Encoding encoding,
      boolean keepsOrder,
      Durability level,
      RequestTimeouts timeouts) {
    this.channel = channel;
    this.sockets = sockets;
    this.limits = limits;
    this.access = access;
    this.encoding = encoding;
    this.messages = access.messages();
    this.hrana = sockets.hrana().socket(encoding, keepsOrder, new Peer(), level, timeouts);
  }

  /** When the upgrade is answered. */
  void begin() {
    channel.config().setAutoRead(true);
    sockets.opened(this);
    var _ = channel.closeFuture().addListener(closed -> gone());
    long ping = limits.pingInterval().toNanos();
    // At a fixed rate, beats that a pod has missed, which stood still for a while, would come
    // right after each other, and leave the client no time for its answer.
    var beat =
        channel.eventLoop().scheduleWithFixedDelay(this::beat, ping, ping, TimeUnit.NANOSECONDS);
    var hello =
        channel
            .eventLoop()
            .schedule(
                () -> {
                  if (!isGreeted) {
                    close(
                        POLICY_VIOLATION,
                        "no hello within %d s (helloTimeout)"
                            .formatted(limits.helloTimeout().toSeconds()));
                  }
                },
                limits.helloTimeout().toNanos(),
                TimeUnit.NANOSECONDS);
    var _ =
        channel
            .closeFuture()
            .addListener(
                closed -> {
                  beat.cancel(false);
                  hello.cancel(false);
                });
  }

  private void gone() {
    lock.lock();
    try {
      isGone = true;
      hasRoom.signalAll();
    } finally {
      lock.unlock();
    }
    hrana.gone();
    isEnded = true;
    awaitNoMore(awaited);
    messages.close();
    sockets.closed(this);
  }

  private void beat() {
    // While nothing is read here, no answer can be heard.
    if (!isHeardOf && channel.config().isAutoRead()) {
      close(NO_HEARTBEAT, "no answer to a ping");
    } else if (!isClosing) {
      isHeardOf = false;
      hrana.checkToken();
      var _ = channel.writeAndFlush(new PingWebSocketFrame());
    }
  }

  // ---- In

  /** False once nothing that comes can matter but the other side's close, and that is small. */
  boolean takesMore() {
    return !isClosing || arrivingBytes <= limits.maxFirstMessageBytes();
  }

  /** So many bytes are about to be looked at. */
  void beforeBytes(int bytes) {
    arrivingBytes += bytes;
  }

  /** They have been: what of them was a whole message has been taken. */
  void afterBytes() {
    if (isClosing) {
      return;
    }
    if (!isGreeted && arrivingBytes > limits.maxFirstMessageBytes()) {
      closeAsTooLarge();
    } else {
      setMessagesAside();
    }
  }

  /** A frame that came in between is no part of a message. */
  private void leaveOut(WebSocketFrame control) {
    arrivingBytes =
        Math.max(0, arrivingBytes - control.content().readableBytes() - CONTROL_HEAD_BYTES);
  }

  private void setMessagesAside() {
    if (isEnded) {
      return;
    }
    try {
      messages.setTo(arrivingBytes + inFlightBytes);
    } catch (DosqlException full) {
      close(TRY_AGAIN_LATER, full.getMessage());
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
    isHeardOf = true;
    if (isClosing) {
      if (frame instanceof CloseWebSocketFrame) {
        var _ = channel.close();
      }
      return;
    }
    switch (frame) {
      case TextWebSocketFrame text when encoding == Encoding.JSON -> message(text.content());
      case BinaryWebSocketFrame binary when encoding == Encoding.PROTOBUF ->
          message(binary.content());
      case TextWebSocketFrame _, BinaryWebSocketFrame _ ->
          close(
              UNSUPPORTED_DATA,
              encoding == Encoding.JSON
                  ? "messages are text in this subprotocol"
                  : "messages are binary in this subprotocol");
      case PingWebSocketFrame ping -> {
        leaveOut(ping);
        var _ = channel.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
      }
      case CloseWebSocketFrame close -> answerClose(close);
      default -> leaveOut(frame); // A pong.
    }
  }

  private void message(ByteBuf content) {
    if (!isGreeted && content.readableBytes() > limits.maxFirstMessageBytes()) {
      closeAsTooLarge();
      return;
    }
    inFlight++;
    if (!isEnded) {
      awaited++;
      access.read();
    }
    inFlightBytes += content.readableBytes();
    arrivingBytes = 0;
    // Nothing more is read from a client that nobody knows yet, either.
    isWaitingForAll |= !isGreeted || content.readableBytes() > LARGE_MESSAGE_BYTES;
    isGreeted = true;
    if (inFlight >= limits.maxRequestsInFlight() || isWaitingForAll) {
      channel.config().setAutoRead(false);
    }
    hrana.receive(ByteBufUtil.getBytes(content));
  }

  private void awaitNoMore(int answers) {
    int these = Math.min(answers, awaited);
    awaited -= these;
    access.answered(these);
  }

  private void answerClose(CloseWebSocketFrame close) {
    isClosing = true;
    awaitNoMore(awaited);
    int code = close.statusCode() < 0 ? NORMAL : close.statusCode();
    var _ =
        channel
            .writeAndFlush(new CloseWebSocketFrame(code, ""))
            .addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    switch (cause) {
      case TooLongFrameException _ -> closeAsTooLarge();
      case CorruptedWebSocketFrameException corrupted ->
          close(corrupted.closeStatus().code(), String.valueOf(corrupted.getMessage()));
      case CorruptedFrameException corrupted ->
          close(INVALID_DATA, String.valueOf(corrupted.getMessage()));
      case PrematureChannelClosureException _ -> {
        // The client went in the middle of a message.
      }
      case java.io.IOException _ -> {
        var _ = channel.close();
      }
      default -> {
        log(LOG.atError().setCause(cause), "A WebSocket failed");
        close(INTERNAL, "the connection failed inside the pod");
      }
    }
  }

  /** With whose connection it is; the event loop has those of many. */
  private void log(LoggingEventBuilder line, String message) {
    LoggingEventBuilder whose = line;
    for (Map.Entry<String, String> field : access.logFields().entrySet()) {
      whose = whose.addKeyValue(field.getKey(), field.getValue());
    }
    whose.log(message);
  }

  private void closeAsTooLarge() {
    close(
        TOO_LARGE,
        isGreeted
            ? "a message may have %d bytes (maxBodyBytes)".formatted(sockets.maxMessageBytes())
            : "a hello may have %d bytes (maxFirstMessageBytes)"
                .formatted(limits.maxFirstMessageBytes()));
  }

  // ---- Out

  private final class Peer implements SocketPeer {
    @Override
    public StreamOwner authenticate(@Nullable String jwt) {
      return access.authenticate(jwt);
    }

    @Override
    public Admission enter() {
      return access.enter();
    }

    @Override
    public Map<String, String> logFields() {
      return access.logFields();
    }

    @Override
    public void answer(ByteBuffer message, Answered answered) {
      int bytes = message.remaining();
      if (!takeRoom(bytes)) {
        answered.whenSent().run();
        return;
      }
      access.count(answered);
      outgoing.add(new Outgoing(message, bytes, answered));
      if (isFlushPlanned.compareAndSet(false, true)) {
        channel.eventLoop().execute(WebSocketConnection.this::flush);
      }
    }

    @Override
    public void close(int code, String reason) {
      channel.eventLoop().execute(() -> WebSocketConnection.this.close(code, reason));
    }
  }

  /** Waits until the client has taken enough; false if it is gone, or too slow and cut off. */
  private boolean takeRoom(int bytes) {
    lock.lock();
    try {
      long left = sockets.clientTimeout().toNanos();
      while (!isGone && unsentBytes > 0 && unsentBytes + bytes > limits.maxUnsentBytes()) {
        if (left <= 0) {
          log(
              LOG.atWarn(),
              "A WebSocket's client took nothing for %s".formatted(sockets.clientTimeout()));
          var _ = channel.close();
          return false;
        }
        left = hasRoom.awaitNanos(left);
      }
      unsentBytes += bytes;
      return !isGone;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void giveRoom(int bytes) {
    lock.lock();
    try {
      unsentBytes -= bytes;
      hasRoom.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void flush() {
    isFlushPlanned.set(false);
    writeAnswers();
    if (isClosing) {
      return;
    }
    setMessagesAside();
    if (inFlight <= 0) {
      isWaitingForAll = false;
    }
    if (isClosing) {
      return;
    }
    if (isRestarting && inFlight <= 0) {
      close(RESTART, "the pod restarts");
    } else if (!isRestarting && !isWaitingForAll && inFlight <= limits.maxRequestsInFlight() / 2) {
      channel.config().setAutoRead(true);
    }
  }

  private void writeAnswers() {
    for (Outgoing next = outgoing.poll(); next != null; next = outgoing.poll()) {
      int bytes = next.bytes();
      SocketPeer.Answered answered = next.answered();
      inFlight--;
      inFlightBytes -= answered.messageBytes();
      awaitNoMore(1);
      if (isClosing) {
        // RFC 6455, section 5.5.1: nothing may follow the close, which is on its way.
        giveRoom(bytes);
        answered.whenSent().run();
        continue;
      }
      ByteBuf content = Unpooled.wrappedBuffer(next.message());
      var _ =
          channel
              .write(
                  encoding == Encoding.JSON
                      ? new TextWebSocketFrame(content)
                      : new BinaryWebSocketFrame(content))
              .addListener(
                  sent -> {
                    giveRoom(bytes);
                    answered.whenSent().run();
                  });
    }
    channel.flush();
  }

  /** Reads no more, and closes when all that was read is answered; from any thread. */
  void restart() {
    // Until then a message may be read that nobody would wait for.
    access.read();
    channel
        .eventLoop()
        .execute(
            () -> {
              isRestarting = true;
              channel.config().setAutoRead(false);
              flush();
              access.answered(1);
            });
  }

  private void close(int code, String reason) {
    if (isClosing) {
      return;
    }
    // What was answered before leaves before the close.
    writeAnswers();
    isClosing = true;
    awaitNoMore(awaited);
    // For the other side's close.
    channel.config().setAutoRead(true);
    var _ =
        channel
            .writeAndFlush(new CloseWebSocketFrame(code, shortened(reason)))
            .addListener(
                sent -> {
                  var _ = channel.eventLoop().schedule(this::cutOff, 1, TimeUnit.SECONDS);
                });
    hrana.gone();
  }

  private void cutOff() {
    var _ = channel.close();
  }

  private static String shortened(String reason) {
    if (reason.getBytes(StandardCharsets.UTF_8).length <= REASON_BYTES_MAX) {
      return reason;
    }
    int chars = Math.min(reason.length(), REASON_BYTES_MAX);
    while (reason.substring(0, chars).getBytes(StandardCharsets.UTF_8).length > REASON_BYTES_MAX) {
      chars--;
    }
    return reason.substring(
        0, Character.isHighSurrogate(reason.charAt(chars - 1)) ? chars - 1 : chars);
  }
}
