package io.dosql.engine.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.util.ReferenceCountUtil;

/**
 * Bounds what a WebSocket's client may send before its first message is whole: nobody knows yet who
 * it is. Taken out of the pipeline when that message has come.
 */
final class FirstMessageLimit extends ChannelInboundHandlerAdapter {

  static final String NAME = "dosql-websocket-first";

  private final WebSocketLimits limits;
  private long receivedBytes;
  private boolean isExceeded;

  FirstMessageLimit(WebSocketLimits limits) {
    this.limits = limits;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof ByteBuf bytes) {
      receivedBytes += bytes.readableBytes();
    }
    if (isExceeded) {
      ReferenceCountUtil.release(message);
      return;
    }
    // First what may end the first message, and this handler with it.
    context.fireChannelRead(message);
    if (!context.isRemoved() && receivedBytes > limits.maxFirstMessageBytes()) {
      isExceeded = true;
      context.pipeline().fireExceptionCaught(new TooLongFrameException("the first message"));
    }
  }
}
