package io.dosql.engine.http;

import io.micronaut.context.BeanProvider;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.micronaut.http.netty.channel.ChannelPipelineCustomizer;
import io.micronaut.http.server.netty.NettyServerCustomizer;
import io.netty.channel.Channel;
import jakarta.inject.Singleton;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a {@link RequestSequencer} and a {@link DirectEntrance} into each connection, and bounds how
 * many there are.
 */
@Singleton
final class PipelineSetup implements BeanCreatedEventListener<NettyServerCustomizer.Registry> {

  private static final Logger LOG = LoggerFactory.getLogger(PipelineSetup.class);

  private final HttpLimits limits;
  private final AtomicInteger connections = new AtomicInteger();

  private final BeanProvider<Gateway> gateway;
  private final Ports ports;
  private final ThreadFactory threads = Thread.ofVirtual().name("direct-", 0).factory();

  PipelineSetup(HttpLimits limits, Ports ports, BeanProvider<Gateway> gateway) {
    this.limits = limits;
    this.ports = ports;
    this.gateway = gateway;
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
              new RequestSequencer(limits))
          .addBefore(
              ChannelPipelineCustomizer.HANDLER_MICRONAUT_INBOUND,
              "dosql-direct",
              new DirectEntrance(gateway.get(), ports, threads));
    }
  }
}
