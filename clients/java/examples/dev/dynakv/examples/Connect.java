package dev.dynakv.examples;

import dev.dynakv.client.DynaKvClient;
import dev.dynakv.client.Tls;
import java.nio.file.Path;
import java.time.Duration;

/** Ways to make a client. */
public class Connect {
  public static void main(String[] args) {
    // snippet: connect
    DynaKvClient fromEnvironment = DynaKvClient.fromEnv();

    DynaKvClient byAddress = DynaKvClient.connect("127.0.0.1:50051");

    DynaKvClient byBuilder =
        DynaKvClient.builderFromEnv().table("dynakv").timeout(Duration.ofSeconds(2)).build();
    // end
    System.out.println(fromEnvironment.get("connect").send().isPresent());
    System.out.println(byBuilder.get("connect").send().isPresent());
    fromEnvironment.close();
    byAddress.close();
    byBuilder.close();
  }

  // snippet: tls
  static DynaKvClient overTls(String token) {
    return DynaKvClient.builder()
        .address("kv.example:443")
        .tls(Tls.create().caFile(Path.of("/etc/ca.pem")))
        .token(token)
        .build();
  }
  // end
}
