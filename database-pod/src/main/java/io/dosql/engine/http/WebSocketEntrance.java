package io.dosql.engine.http;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.hrana.Encoding;
import io.dosql.engine.session.Durability;
import io.dosql.engine.session.RequestTimeouts;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Turns connections to the data port that ask for it into WebSockets; passes on all else. All
 * methods run on the connection's event loop.
 */
final class WebSocketEntrance extends ChannelInboundHandlerAdapter {

  /** What a driver may put behind the URL that it was given. */
  private static final Pattern PATH =
      Pattern.compile("(?:/db/([^/]+))?(?:/v[123]|/v3-protobuf)?/?", Pattern.CASE_INSENSITIVE);

  private static final Pattern TOKEN = Pattern.compile("(?:^|&)(?:authToken|jwt)=([^&]+)");
  private static final String VERSION = "13";

  /** The subprotocols, and how each writes its messages. */
  private enum Subprotocol {
    HRANA3("hrana3", Encoding.JSON, false),
    HRANA3_PROTOBUF("hrana3-protobuf", Encoding.PROTOBUF, false),
    HRANA2("hrana2", Encoding.JSON, false),
    /** Its clients take answers in the order of their requests for granted. */
    HRANA1("hrana1", Encoding.JSON, true);

    private final String text;
    private final Encoding encoding;
    private final boolean keepsOrder;

    Subprotocol(String text, Encoding encoding, boolean keepsOrder) {
      this.text = text;
      this.encoding = encoding;
      this.keepsOrder = keepsOrder;
    }
  }

  /** All that an upgrade is made of. */
  private record Upgrade(
      SocketAccess access,
      Durability level,
      RequestTimeouts timeouts,
      Subprotocol spoken,
      @Nullable String subprotocol) {}

  private final Supplier<WebSockets> sockets;
  private final WebSocketLimits limits;

  /** A request that asks for an upgrade, until its end has come. */
  private @Nullable HttpRequest asking;

  WebSocketEntrance(Supplier<WebSockets> sockets, WebSocketLimits limits) {
    this.sockets = sockets;
    this.limits = limits;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpRequest request && asksForUpgrade(request)) {
      asking = request;
      return;
    }
    HttpRequest request = asking;
    if (request == null) {
      context.fireChannelRead(message);
      return;
    }
    ReferenceCountUtil.release(message);
    if (message instanceof LastHttpContent) {
      asking = null;
      upgrade(context, request);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.fireChannelReadComplete();
    if (asking != null) {
      context.read();
    }
  }

  private static boolean asksForUpgrade(HttpRequest request) {
    HttpHeaders headers = request.headers();
    return request.method().equals(HttpMethod.GET)
        && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
        && headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
  }

  private void upgrade(ChannelHandlerContext context, HttpRequest request) {
    String requestId = RequestId.of(request.headers().get(RequestId.HEADER));
    try {
      upgrade(context, request, requestId, judged(context.channel(), request, requestId));
    } catch (DosqlException refusal) {
      refuse(context, requestId, refusal);
    }
  }

  private Upgrade judged(Channel channel, HttpRequest request, String requestId) {
    String uri = request.uri();
    int question = uri.indexOf('?');
    Matcher path = PATH.matcher(question < 0 ? uri : uri.substring(0, question));
    if (!path.matches()) {
      throw new DosqlException(ErrorCode.NOT_FOUND, "There is no WebSocket at this path.")
          .withSuggestion("Use ws://HOST:PORT/db/{tenant}/, or / for the tenant main.");
    }
    HttpHeaders headers = request.headers();
    if (!VERSION.equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))
        || headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY) == null) {
      throw new DosqlException(
          ErrorCode.INVALID_REQUEST, "Only WebSockets of RFC 6455, version 13, are spoken here.");
    }
    String tenant = path.group(1) == null ? "main" : Router.decode(path.group(1));
    Optional<Subprotocol> subprotocol = subprotocol(headers);
    String authorization = headers.get(HttpHeaderNames.AUTHORIZATION);
    String query = question < 0 ? "" : uri.substring(question + 1);
    SocketAccess access =
        sockets
            .get()
            .access(
                new SocketAccess.Upgrading(
                    requestId,
                    tenant,
                    authorization == null ? token(query) : authorization,
                    headers.get(HttpHeaderNames.ORIGIN),
                    ClientConnection.addressOf(ClientConnection.of(channel))));
    return new Upgrade(
        access,
        DurabilityHeader.requested(headers.get(DurabilityHeader.NAME), sockets.get().durability()),
        TimeoutHeaders.requested(headers::get),
        subprotocol.orElse(Subprotocol.HRANA1),
        subprotocol.map(given -> given.text).orElse(null));
  }

  private static @Nullable String token(String query) {
    Matcher found = TOKEN.matcher(query);
    return found.find() ? "Bearer " + Router.decode(found.group(1)) : null;
  }

  /** The first that both know; a client that names none speaks the first version. */
  private static Optional<Subprotocol> subprotocol(HttpHeaders headers) {
    List<String> offered =
        headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL).stream()
            .flatMap(line -> Stream.of(line.split(",")))
            .map(String::strip)
            .toList();
    if (offered.isEmpty()) {
      return Optional.empty();
    }
    for (String name : offered) {
      for (Subprotocol known : Subprotocol.values()) {
        if (known.text.equals(name)) {
          return Optional.of(known);
        }
      }
    }
    throw new DosqlException(
        ErrorCode.INVALID_REQUEST,
        "The subprotocols that are spoken here are hrana3, hrana3-protobuf, hrana2 and hrana1.");
  }

  private void upgrade(
      ChannelHandlerContext context, HttpRequest request, String requestId, Upgrade upgrade) {
    WebSockets all = sockets.get();
    HttpHeaders answer = new DefaultHttpHeaders();
    answer.set(DurabilityHeader.NAME, upgrade.level().text());
    answer.set(RequestId.HEADER, requestId);
    WebSocketServerHandshaker handshaker =
        new WebSocketServerHandshaker13(
            "",
            upgrade.subprotocol(),
            WebSocketDecoderConfig.newBuilder()
                .maxFramePayloadLength(all.maxMessageBytes())
                .allowMaskMismatch(false)
                .closeOnProtocolViolation(false)
                .build());
    WebSocketConnection connection =
        new WebSocketConnection(
            context.channel(),
            all,
            limits,
            upgrade.access(),
            upgrade.spoken().encoding,
            upgrade.spoken().keepsOrder,
            upgrade.level(),
            upgrade.timeouts());
    FullHttpRequest whole =
        new DefaultFullHttpRequest(
            request.protocolVersion(),
            request.method(),
            request.uri(),
            Unpooled.EMPTY_BUFFER,
            request.headers(),
            new DefaultHttpHeaders());
    try {
      var _ =
          handshaker
              .handshake(context.channel(), whole, answer, context.channel().newPromise())
              .addListener(
                  done -> {
                    if (done.isSuccess()) {
                      install(context.channel().pipeline(), connection, all.maxMessageBytes());
                    } else {
                      var _ = context.close();
                    }
                  });
    } catch (WebSocketHandshakeException malformed) {
      throw new DosqlException(
          ErrorCode.INVALID_REQUEST, "The upgrade to a WebSocket is malformed.", malformed);
    }
  }

  /** What speaks HTTP goes. */
  private void install(ChannelPipeline pipeline, WebSocketConnection connection, int maxBytes) {
    List<String> names = pipeline.names();
    int decoder = names.indexOf("wsdecoder");
    pipeline.addLast("dosql-websocket-utf8", new Utf8FrameValidator());
    pipeline.addLast("dosql-websocket-messages", new WebSocketFrameAggregator(maxBytes));
    pipeline.addLast("dosql-websocket", connection);
    for (String name : names.subList(decoder + 1, names.size())) {
      // Netty's own last handler has a name, and is no handler.
      if (pipeline.get(name) != null) {
        pipeline.remove(name);
      }
    }
    pipeline.addBefore("wsdecoder", "dosql-websocket-arriving", new ArrivingMessage(connection));
    connection.begin();
  }

  private static void refuse(
      ChannelHandlerContext context, String requestId, DosqlException refusal) {
    FullHttpResponse response = NettyReply.response(ErrorReply.of(refusal, requestId));
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    var _ = context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }
}
