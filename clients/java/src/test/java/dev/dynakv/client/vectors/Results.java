package dev.dynakv.client.vectors;

import com.google.protobuf.ByteString;
import dev.dynakv.client.BatchOutcome;
import dev.dynakv.client.Cancellation;
import dev.dynakv.client.CommittedOperation;
import dev.dynakv.client.DeletedItem;
import dev.dynakv.client.DynaKvException;
import dev.dynakv.client.Entry;
import dev.dynakv.client.Failure;
import dev.dynakv.client.FieldViolation;
import dev.dynakv.client.Found;
import dev.dynakv.client.FoundItem;
import dev.dynakv.client.Index;
import dev.dynakv.client.ItemOutcome;
import dev.dynakv.client.KeyAttribute;
import dev.dynakv.client.OutcomeUnknownException;
import dev.dynakv.client.Snapshot;
import dev.dynakv.client.TableDescription;
import dev.dynakv.client.Throughput;
import dev.dynakv.client.TimeToLive;
import dev.dynakv.client.Transaction;
import dev.dynakv.client.Value;
import dev.dynakv.client.Version;
import dev.dynakv.client.WrittenItem;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Results and errors of the client as documents. */
final class Results {
  private Results() {}

  static Object bytes(ByteString bytes) {
    return bytes.isValidUtf8()
        ? bytes.toStringUtf8()
        : Map.of("base64", Base64.getEncoder().encodeToString(bytes.toByteArray()));
  }

  static Map<String, Object> entry(Entry entry) {
    return Doc.of()
        .put("key", entry.key())
        .put("value", entry.value().map(Results::bytes))
        .put("version", entry.version().map(Version::text))
        .put("expire_time", time(entry.expireTime()))
        .build();
  }

  static Optional<Long> time(Optional<Instant> time) {
    return time.map(Instant::toEpochMilli);
  }

  static Map<String, Object> current(Optional<Entry> current) {
    return Doc.of().put("current", current.map(Results::entry)).build();
  }

  static Map<String, Object> written(Version version, Optional<Instant> expireTime) {
    return Doc.of().put("version", version.text()).put("expire_time", time(expireTime)).build();
  }

  static Map<String, Object> item(Map<String, Value> item) {
    Map<String, Object> document = new LinkedHashMap<>();
    item.forEach((name, value) -> document.put(name, value(value.toObject())));
    return document;
  }

  /** DynamoDB's JSON of a value as Java has it. */
  static Map<String, Object> value(Object object) {
    if (object == null) {
      return Map.of("NULL", true);
    } else if (object instanceof String text) {
      return Map.of("S", text);
    } else if (object instanceof BigDecimal number) {
      return Map.of("N", number.toString());
    } else if (object instanceof ByteString bytes) {
      return Map.of("B", base64(bytes));
    } else if (object instanceof Boolean truth) {
      return Map.of("BOOL", truth);
    } else if (object instanceof Map<?, ?> map) {
      Map<String, Object> members = new LinkedHashMap<>();
      map.forEach((name, member) -> members.put((String) name, value(member)));
      return Map.of("M", members);
    } else if (object instanceof List<?> list) {
      return Map.of("L", list.stream().map(Results::value).toList());
    } else if (object instanceof Set<?> set) {
      return set(set);
    }
    throw new IllegalArgumentException("no value: " + object.getClass());
  }

  private static Map<String, Object> set(Set<?> set) {
    Object member = set.iterator().next();
    if (member instanceof String) {
      return Map.of("SS", List.copyOf(set));
    } else if (member instanceof BigDecimal) {
      return Map.of("NS", set.stream().map(Object::toString).toList());
    }
    return Map.of("BS", set.stream().map(bytes -> base64((ByteString) bytes)).toList());
  }

  private static String base64(ByteString bytes) {
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  static <T> Map<String, Object> outcome(
      ItemOutcome<T> outcome, Function<T, Map<String, Object>> applied) {
    if (outcome instanceof ItemOutcome.ConditionFailed<T> failed) {
      return Doc.outcome(
          "condition_failed", Doc.of().put("current", failed.current().map(Results::item)).build());
    }
    return Doc.outcome("applied", applied.apply(outcome.applied().orElseThrow()));
  }

  static Map<String, Object> written(WrittenItem item) {
    return Doc.of()
        .put("version", item.version().text())
        .put("expire_time", time(item.expireTime()))
        .put("attributes", item.attributes().map(Results::item))
        .build();
  }

  static Map<String, Object> deleted(DeletedItem item) {
    return Doc.of()
        .put("existed", item.existed())
        .put("attributes", item.attributes().map(Results::item))
        .build();
  }

  static Map<String, Object> found(Found found) {
    if (found instanceof Found.Hit hit) {
      return Doc.outcome("found", entry(hit.entry()));
    }
    return found instanceof Found.Failed failed
        ? Doc.outcome("failed", failure(failed.failure()).build())
        : Doc.outcome("missing");
  }

  static Map<String, Object> found(FoundItem found) {
    if (found instanceof FoundItem.Hit hit) {
      return Doc.outcome("found", item(hit.item()));
    }
    return found instanceof FoundItem.Failed failed
        ? Doc.outcome("failed", failure(failed.failure()).build())
        : Doc.outcome("missing");
  }

  static Map<String, Object> batch(BatchOutcome outcome) {
    if (outcome instanceof BatchOutcome.Written written) {
      return Doc.outcome("written", written(written.version(), written.expireTime()));
    } else if (outcome instanceof BatchOutcome.Deleted deleted) {
      return Doc.outcome("deleted", Doc.of().put("existed", deleted.existed()).build());
    } else if (outcome instanceof BatchOutcome.ConditionFailed failed) {
      Optional<Object> current =
          failed
              .current()
              .<Object>map(Results::entry)
              .or(() -> failed.currentItem().map(Results::item));
      Doc.Builder document = Doc.of().put("current", current);
      return Doc.outcome(
          "condition_failed",
          document.putIf(failed.currentOmitted(), "current_omitted", true).build());
    } else if (outcome instanceof BatchOutcome.Failed failed) {
      return Doc.outcome("failed", failure(failed.failure()).build());
    } else if (outcome instanceof BatchOutcome.OutcomeUnknown unknown) {
      return Doc.outcome("outcome_unknown", failure(unknown.failure()).build());
    }
    return Doc.outcome("superseded");
  }

  static Map<String, Object> snapshot(Snapshot snapshot) {
    if (snapshot instanceof Snapshot.OfEntry of) {
      return Doc.outcome("entry", entry(of.entry()));
    }
    return snapshot instanceof Snapshot.OfItem of
        ? Doc.outcome("item", item(of.item()))
        : Doc.outcome("absent");
  }

  static Map<String, Object> transaction(Transaction transaction) {
    if (transaction instanceof Transaction.Committed committed) {
      return Doc.outcome(
          "committed", committed.operations().stream().map(Results::committed).toList());
    }
    return Doc.outcome(
        "cancelled",
        ((Transaction.Cancelled) transaction)
            .operations().stream().map(Results::cancelled).toList());
  }

  private static Map<String, Object> committed(CommittedOperation operation) {
    return Doc.of()
        .put("version", operation.version().map(Version::text))
        .put("expire_time", time(operation.expireTime()))
        .build();
  }

  private static Map<String, Object> cancelled(Cancellation cancellation) {
    return Doc.of()
        .put("reason", cancellation.reason().name())
        .put("current", cancellation.current().map(Results::entry))
        .put("current_item", cancellation.currentItem().map(Results::item))
        .build();
  }

  static Map<String, Object> table(TableDescription table) {
    TableDescription.AttributeRoles roles = table.attributes();
    return Doc.of()
        .put("name", table.name())
        .put("physical_name", table.physicalName())
        .put("is_default", table.isDefault())
        .put("status", table.status())
        .put("partition_key", table.partitionKey().map(Results::key))
        .put("sort_key", table.sortKey().map(Results::key))
        .put("indexes", table.indexes().stream().map(Results::index).toList())
        .put("throughput", table.throughput().map(Results::throughput))
        .put("time_to_live", timeToLive(table.timeToLive()))
        .put(
            "attributes",
            Map.of(
                "key", roles.key(),
                "value", roles.value(),
                "ttl", roles.ttl(),
                "ttl_ms", roles.ttlMs(),
                "version", roles.version()))
        .put(
            "capabilities",
            Map.of(
                "key_value", table.capabilities().keyValue(),
                "delete_table", table.capabilities().deleteTable()))
        .put("backend", table.backend().name())
        .build();
  }

  private static Map<String, Object> key(KeyAttribute key) {
    return Map.of("name", key.name(), "type", key.type().name());
  }

  private static Map<String, Object> throughput(Throughput throughput) {
    return Map.of(
        "read_capacity_units", throughput.readCapacityUnits(),
        "write_capacity_units", throughput.writeCapacityUnits());
  }

  private static Map<String, Object> index(Index index) {
    return Doc.of()
        .put("name", index.name())
        .put("kind", index.kind().name())
        .put("partition_key", index.partitionKey().map(Results::key))
        .put("sort_key", index.sortKey().map(Results::key))
        .put("projection", index.projection().name())
        .putIf(!index.projected().isEmpty(), "projected", index.projected())
        .put("throughput", index.throughput().map(Results::throughput))
        .build();
  }

  static Map<String, Object> timeToLive(TimeToLive ttl) {
    return Doc.of().put("state", ttl.state().name()).put("attribute", ttl.attribute()).build();
  }

  static Map<String, Object> error(DynaKvException error) {
    boolean unknown = error instanceof OutcomeUnknownException;
    Doc.Builder document =
        failure(error.failure()).put("kind", unknown ? "outcome_unknown" : "failed");
    if (error instanceof OutcomeUnknownException of) {
      document.put("request_id", of.requestId().toString());
    }
    return document.build();
  }

  private static Doc.Builder failure(Failure failure) {
    Set<String> shown =
        Set.of("outcome", "limit", "attempts", "aws_code", "aws_request_id", "throttle_reason");
    Map<String, String> metadata =
        failure.metadata().entrySet().stream()
            .filter(entry -> shown.contains(entry.getKey()))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    List<String> fields = failure.fields().stream().map(FieldViolation::field).toList();
    return Doc.of()
        .put("code", failure.code().name())
        .put("reason", failure.reasonName())
        .putIf(!fields.isEmpty(), "fields", fields)
        .put("metadata", metadata)
        .put("retry_delay", failure.retryDelay().map(Duration::toMillis));
  }
}
