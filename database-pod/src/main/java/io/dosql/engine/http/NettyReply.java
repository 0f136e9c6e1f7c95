package io.dosql.engine.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/** Replies as Netty writes them. */
final class NettyReply {

  private NettyReply() {}

  /** The body; releasing it gives back what was set aside for it. */
  static ByteBuf body(Reply reply) {
    AutoCloseable held = reply.held();
    return held == null ? Unpooled.wrappedBuffer(reply.body()) : new HeldBuffer(reply.body(), held);
  }

  static FullHttpResponse response(Reply reply) {
    ByteBuf body = body(reply);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(reply.status()), body);
    HttpHeaders headers = response.headers();
    reply.headers().forEach(headers::set);
    headers.set(HttpHeaderNames.CONTENT_TYPE, reply.contentType());
    headers.set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
    return response;
  }
}
