package dev.dynakv.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * Where a server listens: {@code host:port}, {@code http://host:port}, {@code https://host:port} or
 * {@code unix:/path}.
 *
 * @param shown the address as a person writes it
 * @param target the address as gRPC reads it
 * @param tls whether the address itself demands TLS ({@code https}) or forbids it; empty: the TLS
 *     settings decide
 */
record Address(String shown, String target, Optional<Boolean> tls) {
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException if the text is none
   */
  static Address parse(String text) {
    String trimmed = text.trim();
    if (trimmed.startsWith("unix:")) {
      return unix(trimmed.substring("unix:".length()), text);
    }
    int scheme = trimmed.indexOf("://");
    if (scheme < 0) {
      // A bare host would go to port 80 or 443, where nobody meant it to go.
      return network(trimmed, Optional.empty(), -1, text);
    }
    String rest = trimmed.substring(scheme + "://".length()).replaceFirst("/+$", "");
    return switch (trimmed.substring(0, scheme)) {
      case "http" -> network(rest, Optional.of(false), HTTP_PORT, text);
      case "https" -> network(rest, Optional.of(true), HTTPS_PORT, text);
      default -> throw invalid(text);
    };
  }

  private static Address unix(String path, String text) {
    String plain = path.startsWith("//") ? path.substring(2) : path;
    if (plain.isEmpty()) {
      throw invalid(text);
    }
    return new Address("unix:" + plain, "unix:" + plain, Optional.of(false));
  }

  private static Address network(
      String authority, Optional<Boolean> tls, int defaultPort, String text) {
    URI uri;
    try {
      uri = new URI("dynakv://" + authority).parseServerAuthority();
    } catch (URISyntaxException unreadable) {
      throw invalid(text);
    }
    int port = uri.getPort() < 0 ? defaultPort : uri.getPort();
    // Credentials do not belong into an address: addresses are shown and logged.
    boolean onlyAuthority = authority.equals(uri.getRawAuthority()) && uri.getUserInfo() == null;
    if (uri.getHost() == null || port < 0 || port > 65_535 || !onlyAuthority) {
      throw invalid(text);
    }
    String scheme = tls.map(on -> on ? "https://" : "http://").orElse("");
    return new Address(scheme + authority, "dns:///" + uri.getHost() + ":" + port, tls);
  }

  private static IllegalArgumentException invalid(String text) {
    return new IllegalArgumentException(
        "'"
            + withoutCredentials(text)
            + "' is no address: write host:port, http://host:port, https://host:port or unix:/path");
  }

  /** Hides what stands before an {@code @}: it may be a password, and addresses are logged. */
  static String withoutCredentials(String text) {
    int at = text.lastIndexOf('@');
    return at < 0 ? text : "***" + text.substring(at);
  }

  boolean isSocketFile() {
    return target.startsWith("unix:");
  }

  @Override
  public String toString() {
    return shown;
  }
}
