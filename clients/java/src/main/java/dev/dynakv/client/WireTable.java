package dev.dynakv.client;

import dev.dynakv.client.TableDescription.AttributeRoles;
import dev.dynakv.client.TableDescription.Backend;
import dev.dynakv.client.TableDescription.Capabilities;
import dev.dynakv.v1.Table;
import dev.dynakv.v1.TableIndex;
import java.util.List;
import java.util.Optional;

/** Tables to messages, and back. */
final class WireTable {
  private WireTable() {}

  static dev.dynakv.v1.KeyAttribute key(KeyAttribute key) {
    return dev.dynakv.v1.KeyAttribute.newBuilder()
        .setName(Wire.text(key.name()))
        .setType(
            switch (key.type()) {
              case S -> dev.dynakv.v1.KeyAttribute.Type.TYPE_S;
              case N -> dev.dynakv.v1.KeyAttribute.Type.TYPE_N;
              case B -> dev.dynakv.v1.KeyAttribute.Type.TYPE_B;
            })
        .build();
  }

  static dev.dynakv.v1.Throughput throughput(Throughput throughput) {
    return dev.dynakv.v1.Throughput.newBuilder()
        .setReadCapacityUnits(throughput.readCapacityUnits())
        .setWriteCapacityUnits(throughput.writeCapacityUnits())
        .build();
  }

  static TableIndex index(Index index) {
    TableIndex.Builder message =
        TableIndex.newBuilder()
            .setName(index.name())
            .setKind(
                switch (index.kind()) {
                  case GLOBAL -> TableIndex.Kind.KIND_GLOBAL;
                  case LOCAL -> TableIndex.Kind.KIND_LOCAL;
                })
            .setProjection(
                switch (index.projection()) {
                  case ALL -> TableIndex.Projection.PROJECTION_ALL;
                  case KEYS_ONLY -> TableIndex.Projection.PROJECTION_KEYS_ONLY;
                  case INCLUDE -> TableIndex.Projection.PROJECTION_INCLUDE;
                })
            .addAllProjected(index.projected().stream().map(Wire::text).toList());
    index.partitionKey().ifPresent(key -> message.setPartitionKey(key(key)));
    index.sortKey().ifPresent(key -> message.setSortKey(key(key)));
    index.throughput().ifPresent(units -> message.setThroughput(throughput(units)));
    return message.build();
  }

  static TableDescription described(boolean present, Table table) {
    if (!present) {
      throw Wire.unreadable("no table");
    }
    Backend backend =
        switch (table.getBackend()) {
          case BACKEND_EMBEDDED -> Backend.EMBEDDED;
          case BACKEND_DYNAMODB -> Backend.DYNAMODB;
          case BACKEND_UNSPECIFIED, UNRECOGNIZED -> throw Wire.unreadable("no known backend");
        };
    dev.dynakv.v1.AttributeRoles roles = table.getAttributes();
    dev.dynakv.v1.Capabilities capabilities = table.getCapabilities();
    return new TableDescription(
        table.getName(),
        table.getPhysicalName(),
        table.getIsDefault(),
        table.getStatus(),
        key(table.hasPartitionKey(), table.getPartitionKey()),
        key(table.hasSortKey(), table.getSortKey()),
        table.getIndexesList().stream().map(WireTable::index).toList(),
        throughput(table.hasThroughput(), table.getThroughput()),
        timeToLive(table.getTimeToLive()),
        new AttributeRoles(
            roles.getKey(), roles.getValue(), roles.getTtl(), roles.getTtlMs(), roles.getVersion()),
        new Capabilities(capabilities.getKeyValue(), capabilities.getDeleteTable()),
        table.getApproximateItemCount(),
        table.getApproximateSizeBytes(),
        backend);
  }

  static TimeToLive timeToLive(dev.dynakv.v1.TimeToLive message) {
    TimeToLive.State state =
        switch (message.getState()) {
          case STATE_DISABLED -> TimeToLive.State.DISABLED;
          case STATE_ENABLING -> TimeToLive.State.ENABLING;
          case STATE_ENABLED -> TimeToLive.State.ENABLED;
          case STATE_DISABLING -> TimeToLive.State.DISABLING;
          case STATE_UNSPECIFIED, UNRECOGNIZED -> TimeToLive.State.UNKNOWN;
        };
    return new TimeToLive(state, text(message.getAttribute()));
  }

  private static Index index(TableIndex message) {
    Index.Kind kind =
        switch (message.getKind()) {
          case KIND_GLOBAL -> Index.Kind.GLOBAL;
          case KIND_LOCAL -> Index.Kind.LOCAL;
          case KIND_UNSPECIFIED, UNRECOGNIZED -> throw Wire.unreadable("an index of no known kind");
        };
    Index.Projection projection =
        switch (message.getProjection()) {
          case PROJECTION_ALL -> Index.Projection.ALL;
          case PROJECTION_KEYS_ONLY -> Index.Projection.KEYS_ONLY;
          case PROJECTION_INCLUDE -> Index.Projection.INCLUDE;
          case PROJECTION_UNSPECIFIED, UNRECOGNIZED ->
              throw Wire.unreadable("an index of no known projection");
        };
    return new Index(
        message.getName(),
        kind,
        key(message.hasPartitionKey(), message.getPartitionKey()),
        key(message.hasSortKey(), message.getSortKey()),
        projection,
        List.copyOf(message.getProjectedList()),
        throughput(message.hasThroughput(), message.getThroughput()),
        text(message.getStatus()));
  }

  private static Optional<KeyAttribute> key(boolean present, dev.dynakv.v1.KeyAttribute message) {
    if (!present) {
      return Optional.empty();
    }
    KeyType type =
        switch (message.getType()) {
          case TYPE_S -> KeyType.S;
          case TYPE_N -> KeyType.N;
          case TYPE_B -> KeyType.B;
          case TYPE_UNSPECIFIED, UNRECOGNIZED -> throw Wire.unreadable("a key of no known type");
        };
    return Optional.of(new KeyAttribute(message.getName(), type));
  }

  private static Optional<Throughput> throughput(
      boolean present, dev.dynakv.v1.Throughput message) {
    return present
        ? Optional.of(
            new Throughput(message.getReadCapacityUnits(), message.getWriteCapacityUnits()))
        : Optional.empty();
  }

  private static Optional<String> text(String text) {
    return Optional.of(text).filter(some -> !some.isEmpty());
  }
}
