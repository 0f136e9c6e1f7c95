package io.dosql.engine.http;

import jakarta.inject.Singleton;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the gateway answer each request on a virtual thread of its own. */
@Singleton
final class RequestThreads {

  private static final Logger LOG = LoggerFactory.getLogger(RequestThreads.class);

  private final Gateway gateway;
  private final ThreadFactory threads = Thread.ofVirtual().name("request-", 0).factory();

  RequestThreads(Gateway gateway) {
    this.gateway = gateway;
  }

  /** As {@link Gateway#mayStream}. */
  boolean mayStream(String path) {
    return gateway.mayStream(path);
  }

  /** Calls one of the two, on that thread, whatever happens. */
  void answer(Call call, Consumer<Reply> done, Consumer<Throwable> failed) {
    threads
        .newThread(
            () -> {
              try {
                gateway.answer(call, done);
              } catch (Throwable error) {
                LOG.error("A request failed beyond telling its client why", error);
                failed.accept(error);
              }
            })
        .start();
  }
}
