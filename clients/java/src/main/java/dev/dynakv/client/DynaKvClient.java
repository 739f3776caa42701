package dev.dynakv.client;

import com.google.errorprone.annotations.CheckReturnValue;
import com.google.protobuf.ByteString;
import dev.dynakv.v1.ItemServiceGrpc;
import dev.dynakv.v1.KeyValueServiceGrpc;
import dev.dynakv.v1.TableServiceGrpc;
import io.grpc.Channel;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A client of one DynaKV service. Safe for any number of threads, which share one connection.
 *
 * <p>Each method begins a {@link Call}, which may be given options and is sent by {@link Call#send
 * send}, or by {@link Call#sendAsync sendAsync} for a future.
 */
@CheckReturnValue
public final class DynaKvClient implements AutoCloseable {
  private final Connection connection;

  DynaKvClient(Connection connection) {
    this.connection = connection;
  }

  /**
   * A client of the server at {@code host:port}, {@code http://host:port}, {@code
   * https://host:port} or {@code unix:/path}. It connects when the first call is sent.
   *
   * @throws IllegalArgumentException if the address is none
   */
  public static DynaKvClient connect(String address) {
    return builder().address(address).build();
  }

  /**
   * A client with the settings that the environment gives, see {@link #builderFromEnv}.
   *
   * @throws RuntimeException as {@link ClientBuilder#build} does
   */
  public static DynaKvClient fromEnv() {
    return builderFromEnv().build();
  }

  /** Begins a client with other settings. */
  public static ClientBuilder builder() {
    return new ClientBuilder();
  }

  /**
   * Begins a client with the settings that the environment gives. An empty variable is as good as
   * none.
   *
   * <ul>
   *   <li>{@code DYNAKV_ADDRESS}: {@link ClientBuilder#address}
   *   <li>{@code DYNAKV_TOKEN}: {@link ClientBuilder#token}
   *   <li>{@code DYNAKV_TABLE}: {@link ClientBuilder#table}
   *   <li>{@code DYNAKV_TLS}: {@code true} or {@code 1} is {@link ClientBuilder#tls}
   *   <li>{@code DYNAKV_CA_FILE}: {@link Tls#caFile}; implies TLS
   *   <li>{@code DYNAKV_CLIENT_CERT_FILE}, {@code DYNAKV_CLIENT_KEY_FILE}: {@link
   *       Tls#identityFiles}; imply TLS
   *   <li>{@code DYNAKV_TLS_SERVER_NAME}: {@link Tls#serverName}; implies TLS
   * </ul>
   *
   * @throws IllegalStateException if there is only one of the two settings for the client's
   *     certificate
   */
  public static ClientBuilder builderFromEnv() {
    return ClientBuilder.fromEnv(System::getenv);
  }

  /** Reads one entry. Empty if there is none. */
  public GetCall get(String key) {
    return new GetCall(connection, key);
  }

  /**
   * Writes one entry, whose value is text, whatever was there; without a TTL unless the call gives
   * one.
   */
  public SetCall set(String key, String value) {
    return set(key, Wire.utf8(value));
  }

  /** Writes one entry, whatever was there; without a TTL unless the call gives one. */
  public SetCall set(String key, byte[] value) {
    return set(key, ByteString.copyFrom(value));
  }

  /** Writes one entry, whatever was there; without a TTL unless the call gives one. */
  public SetCall set(String key, ByteString value) {
    return new SetCall(connection, key, value);
  }

  /** {@link #compareAndSet(String, ByteString, Expected)} of text. */
  public CompareAndSetCall compareAndSet(String key, String value, Expected expected) {
    return compareAndSet(key, Wire.utf8(value), expected);
  }

  /** {@link #compareAndSet(String, ByteString, Expected)} of a copy of the bytes. */
  public CompareAndSetCall compareAndSet(String key, byte[] value, Expected expected) {
    return compareAndSet(key, ByteString.copyFrom(value), expected);
  }

  /**
   * Writes one entry if it is as expected, in one atomic step. A lost race is the result {@link
   * Swap.NotSwapped}.
   *
   * <p>If an answer is lost the call is sent again; a write that has happened is then recognised,
   * unless somebody else has changed the entry in between.
   */
  public CompareAndSetCall compareAndSet(String key, ByteString value, Expected expected) {
    return new CompareAndSetCall(connection, key, value, expected);
  }

  /** Deletes one entry, whatever it holds. The result says whether there was one. */
  public DeleteCall delete(String key) {
    return new DeleteCall(connection, key);
  }

  /**
   * Deletes one entry if it is as expected, for example to release a lock that is still one's own.
   *
   * <p>Never sent again by itself: a second attempt would find nothing and call it a lost race.
   */
  public CompareAndDeleteCall compareAndDelete(String key, Expected expected) {
    return new CompareAndDeleteCall(connection, key, expected);
  }

  /** Says of up to 100 keys, in their order, whether they exist. */
  public ExistsCall exists(String... keys) {
    return exists(List.of(keys));
  }

  /** Says of up to 100 keys, in their order, whether they exist. */
  public ExistsCall exists(Iterable<String> keys) {
    return new ExistsCall(connection, keys);
  }

  /** Reads when an entry expires. */
  public GetTtlCall getTtl(String key) {
    return new GetTtlCall(connection, key);
  }

  /**
   * Gives an entry a TTL, or a new one, counted from now: 1 millisecond to 100 years. The value
   * stays.
   */
  public ExpireCall expire(String key, Duration ttl) {
    return new ExpireCall(connection, key, ttl);
  }

  /** Takes the TTL off an entry. The value stays. */
  public PersistCall persist(String key) {
    return new PersistCall(connection, key);
  }

  /**
   * Adds 1 to a counter, or what the call says, and creates it if it is absent.
   *
   * <p>Never sent again by itself: only while nobody else changes the counter would a second
   * attempt count once.
   */
  public IncrementCall increment(String key) {
    return new IncrementCall(connection, key);
  }

  /** Lists keys, in no order, in pages: all, or those with a prefix or that match a pattern. */
  public ListKeysCall listKeys() {
    return new ListKeysCall(connection);
  }

  /**
   * Reads any number of entries. The result says of each key, in their order, what became of it;
   * {@link BatchGetCall#stream} gives the answers as they come in.
   *
   * <p>Sent in requests of up to 10,000 keys and 16 MiB, one after the other. Each has the time of
   * a call and is retried like one; a key that failed by itself is not asked for again.
   */
  public BatchGetCall batchGet(Iterable<String> keys) {
    return new BatchGetCall(connection, keys);
  }

  /** {@link #batchWrite(Iterable)} of these operations. */
  public BatchWriteCall batchWrite(BatchOperation... operations) {
    return batchWrite(List.of(operations));
  }

  /**
   * Carries out any number of sets and deletes, and says of each, in their order, what became of
   * it. There is no order among them, but of several on one key only the last is carried out.
   *
   * <p>Sent in requests of up to 10,000 operations and 16 MiB, one after the other, under ids that
   * follow from the request id of the whole. Each has the time of a call and is retried like one,
   * unless it has a conditional delete; an operation that failed by itself is not sent again. A
   * request that is refused leaves the others in force.
   */
  public BatchWriteCall batchWrite(Iterable<? extends BatchOperation> operations) {
    return new BatchWriteCall(connection, operations);
  }

  /** {@link #transactGet(Iterable)} of these reads. */
  public TransactGetCall transactGet(TransactRead... reads) {
    return transactGet(List.of(reads));
  }

  /** Reads up to 100 entries or items, of any tables, as they are at one and the same moment. */
  public TransactGetCall transactGet(Iterable<TransactRead> reads) {
    return new TransactGetCall(connection, reads);
  }

  /** {@link #transactWrite(Iterable)} of these operations. */
  public TransactWriteCall transactWrite(TransactOperation<?>... operations) {
    return transactWrite(List.of(operations));
  }

  /**
   * Carries out up to 100 operations on distinct items, of any tables, all or none. A condition
   * that does not hold is the result {@link Transaction.Cancelled}, with a reason for each
   * operation.
   */
  public TransactWriteCall transactWrite(Iterable<? extends TransactOperation<?>> operations) {
    return new TransactWriteCall(connection, operations);
  }

  /** {@link #batchGetItems(Iterable)} of these reads. */
  public BatchGetItemsCall batchGetItems(BatchItemRead... reads) {
    return batchGetItems(List.of(reads));
  }

  /**
   * Reads any number of items, of any tables. The result says of each read, in their order, what
   * became of it; {@link BatchGetItemsCall#stream} gives the answers as they come in.
   *
   * <p>Sent in requests of up to 10,000 reads and 16 MiB, one after the other. Each has the time of
   * a call and is retried like one; a read that failed by itself is not asked for again.
   */
  public BatchGetItemsCall batchGetItems(Iterable<BatchItemRead> reads) {
    return new BatchGetItemsCall(connection, reads);
  }

  /** {@link #batchWriteItems(Iterable)} of these operations. */
  public BatchWriteItemsCall batchWriteItems(BatchItemOperation<?>... operations) {
    return batchWriteItems(List.of(operations));
  }

  /**
   * Carries out any number of puts and deletes of items, in any tables, and says of each, in their
   * order, what became of it. There is no order among them, but of several on one item the last
   * wins.
   *
   * <p>Sent in requests as {@link #batchWrite(Iterable)} sends them. A request with a delete that
   * has a condition or {@code reportExisted} is not sent again by itself. What an operation of a
   * later request replaces is written all the same.
   */
  public BatchWriteItemsCall batchWriteItems(Iterable<? extends BatchItemOperation<?>> operations) {
    return new BatchWriteItemsCall(connection, operations);
  }

  /** Reads one item. Empty if there is none. */
  public GetItemCall getItem(ItemKey key) {
    return new GetItemCall(connection, key);
  }

  /**
   * Writes one item in place of what was there: all its attributes, the primary key among them, but
   * not the version. Attributes are what {@link Value#of} takes.
   *
   * <p>If an answer is lost the call is sent again; a write that has happened is then recognised,
   * unless somebody else has changed the item in between.
   *
   * @throws IllegalArgumentException if no {@link Value} stands for an attribute
   */
  public PutItemCall putItem(Map<String, ?> item) {
    return new PutItemCall(connection, item);
  }

  /**
   * Changes parts of one item, or creates it.
   *
   * <p>Never sent again by itself: a second attempt could change the item twice.
   */
  public UpdateItemCall updateItem(ItemKey key, Update update) {
    return new UpdateItemCall(connection, key, update);
  }

  /**
   * Deletes one item. The result says whether there was one.
   *
   * <p>Never sent again by itself: a second attempt would find nothing.
   */
  public DeleteItemCall deleteItem(ItemKey key) {
    return new DeleteItemCall(connection, key);
  }

  /**
   * Reads the items of one partition of a table or of an index, in the order of the sort key, those
   * that this key condition holds of, in pages.
   */
  public QueryCall query(Condition keyCondition) {
    return new QueryCall(connection, keyCondition);
  }

  /**
   * The same, by a DynamoDB key condition expression such as {@code pk = :user AND sk > :since}.
   */
  public QueryCall query(String keyCondition) {
    return query(Condition.expression(keyCondition));
  }

  /** Reads all items of a table or of an index, in no order, in pages. */
  public ScanCall scan() {
    return new ScanCall(connection);
  }

  /**
   * Makes a table, and returns without waiting until it is ACTIVE; {@link #describeTable} tells. By
   * default it has one key, a string, as entries need it, on-demand billing and no indexes.
   *
   * <p>Never sent again by itself: a second attempt would say that the table exists.
   */
  public CreateTableCall createTable() {
    return new CreateTableCall(connection);
  }

  /** Says what a table is like. */
  public DescribeTableCall describeTable() {
    return new DescribeTableCall(connection);
  }

  /** Lists all tables that the server serves, the default one first. */
  public ListTablesCall listTables() {
    return new ListTablesCall(connection);
  }

  /**
   * Lets DynamoDB delete expired items of a table by itself, and returns at once; DynamoDB may take
   * an hour. A table that has TTL stays as it is, even if it has it on another attribute than the
   * server would choose; the result says on which.
   */
  public EnableTtlCall enableTtl() {
    return new EnableTtlCall(connection);
  }

  /**
   * Deletes a table and all that it holds, if the server's configuration allows it. Always named,
   * so that none is deleted by mistake.
   *
   * <p>Never sent again by itself: a second attempt would say that there is no such table.
   */
  public DeleteTableCall deleteTable(String table) {
    return new DeleteTableCall(connection, table);
  }

  /** The generated stub, for what this library does not offer. Its calls have no deadline. */
  public KeyValueServiceGrpc.KeyValueServiceBlockingStub stub() {
    return KeyValueServiceGrpc.newBlockingStub(connection.channel());
  }

  /** The generated stub of {@code ItemService}, like {@link #stub}. */
  public ItemServiceGrpc.ItemServiceBlockingStub itemStub() {
    return ItemServiceGrpc.newBlockingStub(connection.channel());
  }

  /** The generated stub of {@code TableService}, like {@link #stub}. */
  public TableServiceGrpc.TableServiceBlockingStub tableStub() {
    return TableServiceGrpc.newBlockingStub(connection.channel());
  }

  /**
   * The connection, for stubs of other kinds, or of other services of the same server such as
   * {@code grpc.health.v1.Health}. It adds the token and sends calls again as the client does.
   */
  public Channel channel() {
    return connection.channel();
  }

  /** Ends the connection. Calls that are under way have five seconds to end. */
  @Override
  public void close() {
    connection.close();
  }

  @Override
  public String toString() {
    return "DynaKvClient[table=" + connection.table + "]";
  }
}
