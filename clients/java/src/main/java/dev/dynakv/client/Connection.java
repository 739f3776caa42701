package dev.dynakv.client;

import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The channels of one client, and what its calls share. */
final class Connection implements AutoCloseable {
  /** How long calls that are under way may take to end when the client is closed. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  final String table;
  final Duration timeout;
  private final ManagedChannel retrying;
  private final ManagedChannel sendingOnce;
  private final Channel interceptedRetrying;
  private final Channel interceptedSendingOnce;

  Connection(
      ManagedChannel retrying,
      ManagedChannel sendingOnce,
      List<ClientInterceptor> interceptors,
      String table,
      Duration timeout) {
    this.retrying = retrying;
    this.sendingOnce = sendingOnce;
    this.interceptedRetrying = ClientInterceptors.interceptForward(retrying, interceptors);
    this.interceptedSendingOnce = ClientInterceptors.interceptForward(sendingOnce, interceptors);
    this.table = table;
    this.timeout = timeout;
  }

  /** The channel that sends calls again as the proto declares it. */
  Channel channel() {
    return interceptedRetrying;
  }

  /**
   * The channel for the few calls whose content forbids what their method allows: a service config
   * knows methods, and nothing of what is in a request. It connects when the first of them is sent.
   */
  Channel channelThatSendsOnce() {
    return interceptedSendingOnce;
  }

  @Override
  public void close() {
    retrying.shutdown();
    sendingOnce.shutdown();
    try {
      if (!retrying.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        retrying.shutdownNow();
      }
    } catch (InterruptedException e) {
      retrying.shutdownNow();
      Thread.currentThread().interrupt();
    }
    sendingOnce.shutdownNow();
  }
}
