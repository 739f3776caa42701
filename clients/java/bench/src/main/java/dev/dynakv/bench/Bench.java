package dev.dynakv.bench;

import com.google.protobuf.ByteString;
import dev.dynakv.client.DynaKvClient;
import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntConsumer;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * One thread that gets and sets values of 100 bytes, through DynaKV and by the AWS SDK straight at
 * the same DynamoDB endpoint. Prints a line of JSON for each case.
 *
 * <p>Usage: {@code Bench [seconds]}, with {@code DYNAKV_ADDRESS} and {@code DYNAMODB_ENDPOINT};
 * region and credentials are where the SDK looks for them.
 */
public final class Bench {
  private static final String TABLE = "dynakv";
  private static final int KEYS = 1000;
  private static final byte[] VALUE = new byte[100];

  private Bench() {}

  public static void main(String[] args) {
    double seconds = args.length == 0 ? 5 : Double.parseDouble(args[0]);
    Arrays.fill(VALUE, (byte) 'x');
    try (DynaKvClient client = DynaKvClient.fromEnv()) {
      ByteString value = ByteString.copyFrom(VALUE);
      measure("dynakv set", seconds, i -> client.set(key(i), value).send());
      measure("dynakv get", seconds, i -> client.get(key(i)).send().orElseThrow());
    }
    String endpoint = System.getenv("DYNAMODB_ENDPOINT");
    if (endpoint == null) {
      throw new IllegalStateException("DYNAMODB_ENDPOINT says where DynamoDB is");
    }
    try (DynamoDbClient sdk =
        DynamoDbClient.builder().endpointOverride(URI.create(endpoint)).build()) {
      AttributeValue value = AttributeValue.fromB(SdkBytes.fromByteArray(VALUE));
      measure(
          "sdk set",
          seconds,
          i ->
              sdk.putItem(
                  put -> put.tableName(TABLE).item(Map.of("pk", attribute(i), "val", value))));
      measure(
          "sdk get",
          seconds,
          i ->
              sdk.getItem(get -> get.tableName(TABLE).key(Map.of("pk", attribute(i))))
                  .item()
                  .get("val")
                  .b());
    }
  }

  private static AttributeValue attribute(int i) {
    return AttributeValue.fromS(key(i));
  }

  private static String key(int i) {
    return "bench/java/" + i % KEYS;
  }

  /** Runs one fifth of the time to get warm, then counts. */
  private static void measure(String name, double seconds, IntConsumer call) {
    run(seconds / 5, call);
    long[] took = run(seconds, call);
    double total = Arrays.stream(took).sum() / 1e9;
    Arrays.sort(took);
    System.out.printf(
        Locale.ROOT,
        "{\"language\": \"java\", \"case\": \"%s\", \"calls_per_second\": %.0f, \"p50_us\": %.0f}%n",
        name,
        took.length / total,
        took[took.length / 2] / 1e3);
  }

  /** How long each call took, in nanoseconds. Every key is used, so that what is set can be got. */
  private static long[] run(double seconds, IntConsumer call) {
    long[] took = new long[1024];
    long start = System.nanoTime();
    int count = 0;
    for (long now = start; now - start < seconds * 1e9 || count < KEYS; count++) {
      call.accept(count);
      long end = System.nanoTime();
      if (count == took.length) {
        took = Arrays.copyOf(took, 2 * count);
      }
      took[count] = end - now;
      now = end;
    }
    return Arrays.copyOf(took, count);
  }
}
