package dev.dynakv.client;

import com.google.errorprone.annotations.CheckReturnValue;
import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How to recognise the server, and how to be recognised by it. Immutable.
 *
 * <p>By default the certificates that the Java runtime trusts decide. Files are read when the
 * client is built.
 */
@CheckReturnValue
public final class Tls {
  private static final Tls DEFAULT =
      new Tls(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  private final Optional<Path> caFile;
  private final Optional<Path> certificateFile;
  private final Optional<Path> keyFile;
  private final Optional<String> serverName;

  private Tls(
      Optional<Path> caFile,
      Optional<Path> certificateFile,
      Optional<Path> keyFile,
      Optional<String> serverName) {
    this.caFile = caFile;
    this.certificateFile = certificateFile;
    this.keyFile = keyFile;
    this.serverName = serverName;
  }

  /** Trusts what the Java runtime trusts. */
  public static Tls create() {
    return DEFAULT;
  }

  /** Trusts the certificates of this PEM file, and no others. */
  public Tls caFile(Path path) {
    return new Tls(Optional.of(path), certificateFile, keyFile, serverName);
  }

  /**
   * Presents this certificate chain with its private key, both PEM files, to a server that asks for
   * one. The key is in PKCS#8 form ({@code BEGIN PRIVATE KEY}).
   */
  public Tls identityFiles(Path certificate, Path key) {
    return new Tls(caFile, Optional.of(certificate), Optional.of(key), serverName);
  }

  /** The name that the server's certificate must have, where it is not the host of the address. */
  public Tls serverName(String name) {
    return new Tls(caFile, certificateFile, keyFile, Optional.of(name));
  }

  Optional<String> serverName() {
    return serverName;
  }

  ChannelCredentials read() {
    TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
    try {
      if (caFile.isPresent()) {
        credentials.trustManager(caFile.get().toFile());
      }
      if (certificateFile.isPresent() && keyFile.isPresent()) {
        credentials.keyManager(certificateFile.get().toFile(), keyFile.get().toFile());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot read a file of the TLS settings: " + e.getMessage(), e);
    }
    return credentials.build();
  }
}
