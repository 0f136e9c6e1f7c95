package io.dosql.engine.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * Tells a WebSocket how much of a message has come before it is whole, so that what waits for its
 * end is bounded, too. On the event loop.
 */
final class ArrivingMessage extends ChannelInboundHandlerAdapter {

  private final WebSocketConnection connection;

  ArrivingMessage(WebSocketConnection connection) {
    this.connection = connection;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    int bytes = message instanceof ByteBuf buffer ? buffer.readableBytes() : 0;
    if (!connection.takesMore()) {
      ReferenceCountUtil.release(message);
      return;
    }
    connection.beforeBytes(bytes);
    // First what may end the message.
    context.fireChannelRead(message);
    connection.afterBytes();
  }
}
