package dev.dynakv.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.DescriptorProtos.MethodOptions.IdempotencyLevel;
import dev.dynakv.v1.ErrorReason;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses, the environment, and the service config. */
class SettingsTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:50051, dns:///127.0.0.1:50051,",
    "[::1]:50051, dns:///[::1]:50051,",
    "http://kv.example:80/, dns:///kv.example:80, false",
    "http://kv.example, dns:///kv.example:80, false",
    "https://kv.example, dns:///kv.example:443, true",
    "unix:/run/dynakv.sock, unix:/run/dynakv.sock, false",
    "unix:///run/dynakv.sock, unix:/run/dynakv.sock, false"
  })
  void everyFormOfAddressIsRead(String text, String target, Boolean tls) {
    Address address = Address.parse(text);
    assertEquals(target, address.target());
    assertEquals(Optional.ofNullable(tls), address.tls());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        ":50051",
        "ftp://host:1",
        "unix:",
        "http://",
        "user:secret@host:1",
        "host:port",
        "host:1/path",
        "host:70000"
      })
  void anythingElseIsRefused(String text) {
    var refused = assertThrows(IllegalArgumentException.class, () -> Address.parse(text));
    assertTrue(!refused.getMessage().contains("secret"), refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://user:s3cret@host:1", "user:s3@cret@host:1", "ftp://s3cret\n@host"})
  void credentialsInAnAddressAreNotShown(String text) {
    ClientBuilder builder = DynaKvClient.builder().address(text);
    var refused = assertThrows(IllegalArgumentException.class, builder::build);
    for (String shown : List.of(builder.toString(), refused.getMessage())) {
      assertTrue(shown.contains("@host"), shown);
      assertTrue(Stream.of("user", "s3", "cret").noneMatch(shown::contains), shown);
    }
  }

  private static ClientBuilder from(Map<String, String> variables) {
    return ClientBuilder.fromEnv(variables::get);
  }

  @Test
  void theEnvironmentFillsTheBuilder() {
    String shown =
        from(Map.of("DYNAKV_ADDRESS", "kv.example:443", "DYNAKV_TABLE", "orders")).toString();
    assertTrue(shown.contains("kv.example:443") && shown.contains("orders"), shown);
    String unset = from(Map.of("DYNAKV_ADDRESS", "", "DYNAKV_CA_FILE", "")).toString();
    assertTrue(unset.contains(ClientBuilder.DEFAULT_ADDRESS), unset);
  }

  @Test
  void settingsThatContradictEachOtherAreRefused() {
    assertThrows(
        IllegalStateException.class,
        () -> from(Map.of("DYNAKV_CLIENT_CERT_FILE", "/etc/client.pem")));
    assertThrows(
        IllegalStateException.class,
        () -> from(Map.of("DYNAKV_ADDRESS", "http://127.0.0.1:1", "DYNAKV_TLS", "true")).build());
    assertThrows(
        UncheckedIOException.class, () -> from(Map.of("DYNAKV_CA_FILE", "/no/such/file")).build());
  }

  @Test
  void theServiceConfigRepeatsWhatTheProtoDeclares() {
    List<?> configs = (List<?>) ServiceConfig.of(RetryPolicy.defaults()).get("methodConfig");
    Set<String> repeated =
        configs.stream()
            .flatMap(config -> ((List<?>) ((Map<?, ?>) config).get("name")).stream())
            .map(name -> ((Map<?, ?>) name).get("service") + "/" + ((Map<?, ?>) name).get("method"))
            .collect(Collectors.toSet());
    List<MethodDescriptor<?, ?>> all =
        ServiceConfig.SERVICES.stream()
            .<MethodDescriptor<?, ?>>flatMap(service -> service.getMethods().stream())
            .toList();
    assertTrue(all.size() >= 26);
    for (MethodDescriptor<?, ?> method : all) {
      boolean declared = level(method) != IdempotencyLevel.IDEMPOTENCY_UNKNOWN;
      assertEquals(declared, repeated.contains(method.getFullMethodName()), method.toString());
      assertEquals(
          level(method) == IdempotencyLevel.NO_SIDE_EFFECTS, method.isSafe(), method.toString());
    }
  }

  private static IdempotencyLevel level(MethodDescriptor<?, ?> method) {
    var supplier = (ProtoMethodDescriptorSupplier) method.getSchemaDescriptor();
    return supplier.getMethodDescriptor().getOptions().getIdempotencyLevel();
  }

  @Test
  void everyReasonOfTheProtoIsThereAndNoneIsMadeUp() {
    List<String> inProto =
        Arrays.stream(ErrorReason.values())
            .filter(
                reason ->
                    reason != ErrorReason.UNRECOGNIZED
                        && reason != ErrorReason.ERROR_REASON_UNSPECIFIED)
            .map(reason -> reason.name().substring("ERROR_REASON_".length()))
            .toList();
    assertEquals(inProto, Arrays.stream(Reason.values()).map(Enum::name).toList());
  }
}
