package io.dosql.engine.http;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Everything in the registry, in Prometheus' text format. */
final class MetricsEndpoint {

  private final CollectorRegistry registry;

  MetricsEndpoint(CollectorRegistry registry) {
    this.registry = registry;
  }

  Reply metrics(Exchange exchange) {
    String accept = exchange.call().header("Accept");
    String format = TextFormat.chooseContentType(accept == null ? "" : accept);
    StringWriter text = new StringWriter();
    try {
      TextFormat.writeFormat(format, text, registry.metricFamilySamples());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    return new Reply(200, format, ByteBuffer.wrap(bytes), Map.of());
  }
}
