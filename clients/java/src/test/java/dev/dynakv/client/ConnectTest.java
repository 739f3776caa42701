package dev.dynakv.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynakv.v1.GetRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ways to a server: TLS, a token, a socket file; and the stub below. */
class ConnectTest {
  @Test
  void tlsAndATokenFromTheEnvironment(@TempDir Path folder) throws Exception {
    certificate(folder);
    Files.writeString(folder.resolve("token"), "s3cret\n");
    Path config =
        Files.writeString(
            folder.resolve("dynakv.toml"),
            """
            [tls]
            cert = "%1$s/server.pem"
            key = "%1$s/server.key"

            [auth]
            tokens = [{ name = "test", token_file = "%1$s/token" }]
            """
                .formatted(folder));
    try (TestServer server =
        TestServer.start(
            "--listen", "127.0.0.1:0", "--backend", "embedded", "--config", config.toString())) {
      Map<String, String> environment =
          Map.of(
              "DYNAKV_ADDRESS",
              server.address(),
              "DYNAKV_CA_FILE",
              folder.resolve("server.pem").toString(),
              "DYNAKV_TLS_SERVER_NAME",
              "kv.example",
              "DYNAKV_TOKEN",
              "s3cret");
      try (DynaKvClient client = ClientBuilder.fromEnv(environment::get).build()) {
        client.set("greeting", "hello").send();
        assertEquals("hello", client.get("greeting").send().orElseThrow().text().orElseThrow());
      }
      try (DynaKvClient stranger =
          ClientBuilder.fromEnv(environment::get).token("guessed").build()) {
        var denied = assertThrows(AccessDeniedException.class, () -> stranger.get("k").send());
        assertEquals(Reason.UNAUTHENTICATED, denied.reason().orElseThrow());
      }
      try (DynaKvClient other =
          ClientBuilder.fromEnv(environment::get)
              .tls(Tls.create().caFile(folder.resolve("server.pem")).serverName("other.example"))
              .retry(RetryPolicy.none())
              .build()) {
        assertThrows(UnavailableException.class, () -> other.set("k", "v").send());
      }
    }
  }

  /** A certificate for kv.example that signs itself, with its key, as PEM files. */
  private static void certificate(Path folder) throws Exception {
    Path store = folder.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "RSA",
                "-alias",
                "server",
                "-dname",
                "CN=kv.example",
                "-ext",
                "san=dns:kv.example",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertEquals(0, keytool.waitFor());
    KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
    pem(folder.resolve("server.pem"), "CERTIFICATE", keys.getCertificate("server").getEncoded());
    byte[] key = keys.getKey("server", "changeit".toCharArray()).getEncoded();
    pem(folder.resolve("server.key"), "PRIVATE KEY", key);
  }

  private static void pem(Path file, String type, byte[] content) throws IOException {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    Files.writeString(
        file, "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(type, text));
  }

  @Test
  void aSocketFile(@TempDir Path folder) {
    String address = "unix:" + folder.resolve("dynakv.sock");
    try (TestServer server = TestServer.start("--listen", address);
        DynaKvClient client = DynaKvClient.connect(address)) {
      assertTrue(server.address().contains("dynakv.sock"), server.address());
      assertEquals(1, client.increment("visits").send().value());
    }
  }

  @Test
  void theStubIsWithinReach() {
    try (DynaKvClient client = TestServer.shared().client()) {
      GetRequest request = GetRequest.newBuilder().setKey("stub/missing").build();
      assertFalse(client.stub().get(request).hasEntry());
      assertTrue(
          client
                  .tableStub()
                  .listTables(dev.dynakv.v1.ListTablesRequest.getDefaultInstance())
                  .getTablesCount()
              > 0);
    }
  }
}
