package io.dosql.engine.main;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import net.logstash.logback.composite.AbstractJsonProvider;

/** The field {@code error} of a log line, for events with a throwable: name, message, stack. */
public final class ErrorJsonProvider extends AbstractJsonProvider<ILoggingEvent> {

  @Override
  public void writeTo(JsonGenerator json, ILoggingEvent event) throws IOException {
    IThrowableProxy throwable = event.getThrowableProxy();
    if (throwable == null) {
      return;
    }
    json.writeObjectFieldStart("error");
    json.writeStringField("name", throwable.getClassName());
    json.writeStringField("message", throwable.getMessage());
    json.writeStringField("stack", ThrowableProxyUtil.asString(throwable));
    json.writeEndObject();
  }
}
