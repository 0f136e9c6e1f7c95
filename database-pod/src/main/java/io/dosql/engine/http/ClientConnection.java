package io.dosql.engine.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.session.Client;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The client behind one connection: gone when the connection is closed. Its requests are worked on
 * one after the other, so at most one action waits for that. Thread safe.
 */
final class ClientConnection implements Client {

  private static final AttributeKey<ClientConnection> KEY =
      AttributeKey.valueOf(ClientConnection.class.getName());

  private final @Nullable InetAddress address;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private boolean gone;

  @GuardedBy("lock")
  private @Nullable Runnable whenGone;

  private ClientConnection(@Nullable InetAddress address) {
    this.address = address;
  }

  /** Before the channel's first request. */
  static void watch(Channel channel) {
    ClientConnection connection =
        new ClientConnection(
            channel.remoteAddress() instanceof InetSocketAddress remote
                ? remote.getAddress()
                : null);
    channel.attr(KEY).set(connection);
    var _ = channel.closeFuture().addListener(closed -> connection.leave());
  }

  /** Where a client's connection comes from; null if that is not known. */
  static @Nullable InetAddress addressOf(Client client) {
    return client instanceof ClientConnection connection ? connection.address : null;
  }

  /** The client of a channel that is watched. */
  static Client of(Channel channel) {
    ClientConnection connection = channel.attr(KEY).get();
    return connection == null ? STAYS : connection;
  }

  @Override
  public Watch whenGone(Runnable action) {
    if (isGoneOrTakes(action)) {
      action.run();
    }
    return () -> forget(action);
  }

  @Override
  public boolean isGone() {
    lock.lock();
    try {
      return gone;
    } finally {
      lock.unlock();
    }
  }

  private boolean isGoneOrTakes(Runnable action) {
    lock.lock();
    try {
      whenGone = gone ? null : action;
      return gone;
    } finally {
      lock.unlock();
    }
  }

  private void forget(Runnable action) {
    lock.lock();
    try {
      if (action.equals(whenGone)) {
        whenGone = null;
      }
    } finally {
      lock.unlock();
    }
  }

  /** On the connection's event loop. */
  private void leave() {
    Runnable action;
    lock.lock();
    try {
      gone = true;
      action = whenGone;
      whenGone = null;
    } finally {
      lock.unlock();
    }
    if (action != null) {
      action.run();
    }
  }
}
