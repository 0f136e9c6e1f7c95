package io.dosql.engine.http;

import io.micronaut.context.BeanProvider;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.micronaut.http.netty.channel.ChannelPipelineCustomizer;
import io.micronaut.http.server.netty.NettyServerCustomizer;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a {@link RequestSequencer} into each connection, and a {@link DirectEntrance} into those of
 * the data port, behind TLS if that is set; bounds how many there are.
 */
@Singleton
final class PipelineSetup implements BeanCreatedEventListener<NettyServerCustomizer.Registry> {

  private static final Logger LOG = LoggerFactory.getLogger(PipelineSetup.class);

  private final HttpLimits limits;
  private final AtomicInteger connections = new AtomicInteger();

  private final BeanProvider<RequestThreads> requests;
  private final BeanProvider<WebSockets> webSockets;
  private final Ports ports;
  private final TlsSetting tls;
  private final WebSocketLimits socketLimits;

  PipelineSetup(
      HttpLimits limits,
      Ports ports,
      TlsSetting tls,
      WebSocketLimits socketLimits,
      BeanProvider<RequestThreads> requests,
      BeanProvider<WebSockets> webSockets) {
    this.limits = limits;
    this.ports = ports;
    this.tls = tls;
    this.socketLimits = socketLimits;
    this.requests = requests;
    this.webSockets = webSockets;
  }

  @Override
  public NettyServerCustomizer.Registry onCreated(
      BeanCreatedEvent<NettyServerCustomizer.Registry> event) {
    NettyServerCustomizer.Registry registry = event.getBean();
    registry.register(new Listener());
    return registry;
  }

  private final class Listener implements NettyServerCustomizer {
    @Override
    public NettyServerCustomizer specializeForChannel(Channel channel, ChannelRole role) {
      return role == ChannelRole.CONNECTION ? new Connection(channel) : this;
    }
  }

  private final class Connection implements NettyServerCustomizer {
    private final Channel channel;

    private Connection(Channel channel) {
      this.channel = channel;
      ClientConnection.watch(channel);
      int open = connections.incrementAndGet();
      var _ = channel.closeFuture().addListener(closed -> connections.decrementAndGet());
      if (open > limits.maxConnections()) {
        LOG.warn("Closed a connection: {} are open (maxConnections)", limits.maxConnections());
        var _ = channel.close();
      }
    }

    @Override
    public void onStreamPipelineBuilt() {
      channel
          .pipeline()
          .addBefore(
              ChannelPipelineCustomizer.HANDLER_MICRONAUT_INBOUND,
              "dosql-sequencer",
              new RequestSequencer(limits));
      if (surface() == Surface.DATA) {
        encrypt();
        var _ =
            channel
                .pipeline()
                .addBefore(
                    ChannelPipelineCustomizer.HANDLER_MICRONAUT_INBOUND,
                    "dosql-upgrade",
                    new WebSocketEntrance(webSockets::get, socketLimits));
        var _ =
            channel
                .pipeline()
                .addBefore(
                    ChannelPipelineCustomizer.HANDLER_MICRONAUT_INBOUND,
                    "dosql-direct",
                    new DirectEntrance(requests.get()));
      }
    }

    /** Before all other handlers, so that none of them knows of it. */
    private void encrypt() {
      TlsCertificates certificates = tls.certificates();
      if (certificates != null) {
        SslHandler handler = certificates.current().newHandler(channel.alloc());
        handler.setHandshakeTimeoutMillis(tls.handshakeTimeout().toMillis());
        channel.pipeline().addFirst("dosql-tls", handler);
      }
    }

    private Surface surface() {
      return ports.surfaceOf(((InetSocketAddress) channel.localAddress()).getPort());
    }
  }
}
