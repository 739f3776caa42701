package dev.dynakv.examples;

// snippet: first call
import dev.dynakv.client.DynaKvClient;

public class FirstCall {
  public static void main(String[] args) {
    try (DynaKvClient client = DynaKvClient.fromEnv()) {
      client.set("greeting", "hello").send();
      System.out.println(client.get("greeting").send().orElseThrow().text().orElseThrow());
    }
  }
}
// end
