package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dynakv.v1.KeyValueServiceGrpc;
import dev.dynakv.v1.ListKeysRequest;
import dev.dynakv.v1.ListKeysResponse;
import java.util.List;

/** A list of the keys of a table, in no order, in pages. */
public final class ListKeysCall
    extends PagedCall<String, ListKeysCall, ListKeysRequest, ListKeysResponse> {
  private final ListKeysRequest.Builder request = ListKeysRequest.newBuilder();

  ListKeysCall(Connection connection) {
    super(connection, KeyValueServiceGrpc.getListKeysMethod());
  }

  /**
   * Reads strongly consistently: sees every write that was acknowledged before, at twice the cost.
   */
  @CanIgnoreReturnValue
  public ListKeysCall consistent() {
    request.setConsistentRead(true);
    return this;
  }

  /** Only keys that begin with this. */
  @CanIgnoreReturnValue
  public ListKeysCall prefix(String prefix) {
    request.setPrefix(Wire.text(prefix));
    return this;
  }

  /**
   * Only keys that match this as a whole: {@code *} stands for any characters, {@code ?} for one,
   * {@code [a-z]} and {@code [!a-z]} for one of those or of the others; a backslash takes the
   * meaning off the next character.
   */
  @CanIgnoreReturnValue
  public ListKeysCall glob(String glob) {
    request.setGlob(glob);
    return this;
  }

  @Override
  ListKeysRequest request(String requestId) {
    return request.setTable(table()).setPageSize(pageSize()).setPageToken(pageToken()).build();
  }

  @Override
  Page<String> read(ListKeysRequest sent, ListKeysResponse response) {
    return page(
        List.copyOf(response.getKeysList()), response.getKeysCount(), response.getNextPageToken());
  }

  @Override
  ListKeysRequest at(ListKeysRequest sent, String pageToken) {
    return sent.toBuilder().setPageToken(pageToken).build();
  }
}
