package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Settings of a client. Without any, it speaks to {@value #DEFAULT_ADDRESS} without TLS and without
 * a token.
 *
 * @see DynaKvClient#builder()
 */
public final class ClientBuilder {
  /** The address that {@code dynakv serve} listens on by default. */
  public static final String DEFAULT_ADDRESS = "127.0.0.1:50051";

  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  /** The largest message that DynaKV sends. */
  private static final int MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

  /** What gRPC may keep in memory to send it again: the largest requests, some at a time. */
  private static final long RETRY_BUFFER_BYTES = 4L * MAX_MESSAGE_BYTES;

  /**
   * While calls wait for an answer, a silent connection is probed this often, and given up when no
   * answer to the probe comes.
   */
  private static final Duration KEEP_ALIVE_INTERVAL = Duration.ofSeconds(20);

  private static final Duration KEEP_ALIVE_TIMEOUT = Duration.ofSeconds(10);

  private String address = DEFAULT_ADDRESS;
  private Optional<Tls> tls = Optional.empty();
  private Optional<String> token = Optional.empty();
  private String table = "";
  private Duration timeout = DEFAULT_TIMEOUT;
  private RetryPolicy retry = RetryPolicy.defaults();
  private final List<ClientInterceptor> interceptors = new ArrayList<>();
  private Consumer<ManagedChannelBuilder<?>> channelSettings = channel -> {};

  ClientBuilder() {}

  static ClientBuilder fromEnv(UnaryOperator<String> lookup) {
    ClientBuilder builder = new ClientBuilder();
    Environment env = new Environment(lookup);
    env.get("DYNAKV_ADDRESS").ifPresent(builder::address);
    env.get("DYNAKV_TOKEN").ifPresent(builder::token);
    env.get("DYNAKV_TABLE").ifPresent(builder::table);
    env.tls().ifPresent(builder::tls);
    return builder;
  }

  /**
   * {@code host:port}, {@code http://host:port}, {@code https://host:port} or {@code unix:/path}.
   */
  @CanIgnoreReturnValue
  public ClientBuilder address(String address) {
    this.address = Objects.requireNonNull(address);
    return this;
  }

  /** The bearer token of every call. Without TLS it travels in the clear. */
  @CanIgnoreReturnValue
  public ClientBuilder token(String token) {
    this.token = Optional.of(token);
    return this;
  }

  /**
   * Speaks TLS. An {@code https} address does so without this, trusting what the Java runtime
   * trusts.
   */
  @CanIgnoreReturnValue
  public ClientBuilder tls(Tls tls) {
    this.tls = Optional.of(tls);
    return this;
  }

  /** The table of every call that names none. Empty: the server's default table. */
  @CanIgnoreReturnValue
  public ClientBuilder table(String table) {
    this.table = Objects.requireNonNull(table);
    return this;
  }

  /**
   * How long a call may take, retries included, unless it says otherwise. 10 seconds by default.
   */
  @CanIgnoreReturnValue
  public ClientBuilder timeout(Duration timeout) {
    this.timeout = Objects.requireNonNull(timeout);
    return this;
  }

  /** How failed calls are sent again. */
  @CanIgnoreReturnValue
  public ClientBuilder retry(RetryPolicy retry) {
    this.retry = Objects.requireNonNull(retry);
    return this;
  }

  /**
   * Lets an interceptor see every call, for tracing or metrics; the first one added sees it first.
   * It sees a call once, however often that is sent.
   */
  @CanIgnoreReturnValue
  public ClientBuilder interceptor(ClientInterceptor interceptor) {
    interceptors.add(Objects.requireNonNull(interceptor));
    return this;
  }

  /**
   * Changes settings of the gRPC channel that have no method here, such as its executor. Called
   * twice when the client is built: calls that may be sent again and those that may not have
   * channels of their own.
   */
  @CanIgnoreReturnValue
  public ClientBuilder channel(Consumer<ManagedChannelBuilder<?>> settings) {
    this.channelSettings = channelSettings.andThen(settings);
    return this;
  }

  /**
   * Makes the client. It connects when the first call is sent, and again by itself when the
   * connection breaks.
   *
   * @throws IllegalArgumentException if the address or the token cannot be read
   * @throws IllegalStateException if there are TLS settings, but the address forbids TLS
   * @throws java.io.UncheckedIOException if a file of the TLS settings cannot be read
   */
  public DynaKvClient build() {
    Address parsed = Address.parse(address);
    if (tls.isPresent() && parsed.tls().equals(Optional.of(false))) {
      throw new IllegalStateException(
          parsed
              + " is an address without TLS, but there are TLS settings; write https:// or drop them");
    }
    Optional<Tls> used = parsed.tls().orElse(false) ? tls.or(() -> Optional.of(Tls.create())) : tls;
    ChannelCredentials credentials =
        used.map(Tls::read).orElseGet(InsecureChannelCredentials::create);
    List<ClientInterceptor> all = new ArrayList<>(interceptors);
    token.map(ClientBuilder::bearer).ifPresent(all::add);

    ManagedChannelBuilder<?> retrying = channelBuilder(parsed, credentials, used);
    if (retry.maxAttempts() > 1) {
      retrying.defaultServiceConfig(ServiceConfig.of(retry)).maxRetryAttempts(retry.maxAttempts());
    }
    ManagedChannel sendingOnce = channelBuilder(parsed, credentials, used).build();
    return new DynaKvClient(new Connection(retrying.build(), sendingOnce, all, table, timeout));
  }

  private ManagedChannelBuilder<?> channelBuilder(
      Address address, ChannelCredentials credentials, Optional<Tls> tls) {
    ManagedChannelBuilder<?> channel =
        Grpc.newChannelBuilder(address.target(), credentials)
            .userAgent("dynakv-java/" + version())
            .disableServiceConfigLookUp()
            .enableRetry()
            .perRpcBufferLimit(RETRY_BUFFER_BYTES)
            .retryBufferSize(RETRY_BUFFER_BYTES)
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .keepAliveTime(KEEP_ALIVE_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(KEEP_ALIVE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    if (address.isSocketFile()) {
      // gRPC would make an authority of the path, which is none to a strict HTTP server.
      channel.overrideAuthority("localhost");
    }
    tls.flatMap(Tls::serverName).ifPresent(channel::overrideAuthority);
    channelSettings.accept(channel);
    return channel;
  }

  private static String version() {
    return Optional.ofNullable(ClientBuilder.class.getPackage().getImplementationVersion())
        .orElse("dev");
  }

  private static ClientInterceptor bearer(String token) {
    // gRPC would drop such a header with a word in the log.
    if (!token.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
      throw new IllegalArgumentException("the token has characters that a token cannot have");
    }
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  /** What it would connect to; the token and credentials in the address stay hidden. */
  @Override
  public String toString() {
    return "ClientBuilder[address=%s, table=%s]"
        .formatted(Address.withoutCredentials(address), table);
  }

  /** The variables that settings are read from. An empty one is as good as none. */
  private record Environment(UnaryOperator<String> lookup) {
    Optional<String> get(String name) {
      return Optional.ofNullable(lookup.apply(name)).filter(value -> !value.isEmpty());
    }

    Optional<Tls> tls() {
      Optional<Tls> tls =
          get("DYNAKV_TLS")
              .filter(on -> on.equals("true") || on.equals("1"))
              .map(on -> Tls.create());
      Optional<Path> caFile = get("DYNAKV_CA_FILE").map(Path::of);
      if (caFile.isPresent()) {
        tls = Optional.of(tls.orElse(Tls.create()).caFile(caFile.get()));
      }
      Optional<Path> certificate = get("DYNAKV_CLIENT_CERT_FILE").map(Path::of);
      Optional<Path> key = get("DYNAKV_CLIENT_KEY_FILE").map(Path::of);
      if (certificate.isPresent() != key.isPresent()) {
        throw new IllegalStateException(
            "a client certificate needs both DYNAKV_CLIENT_CERT_FILE and DYNAKV_CLIENT_KEY_FILE");
      }
      if (certificate.isPresent()) {
        tls = Optional.of(tls.orElse(Tls.create()).identityFiles(certificate.get(), key.get()));
      }
      Optional<String> serverName = get("DYNAKV_TLS_SERVER_NAME");
      if (serverName.isPresent()) {
        tls = Optional.of(tls.orElse(Tls.create()).serverName(serverName.get()));
      }
      return tls;
    }
  }
}
