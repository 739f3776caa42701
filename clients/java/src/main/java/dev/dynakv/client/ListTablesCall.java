package dev.dynakv.client;

import dev.dynakv.v1.ListTablesRequest;
import dev.dynakv.v1.ListTablesResponse;
import dev.dynakv.v1.TableServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * A list of all tables that the server serves, the default one first. Read in pages, each with the
 * time and the retries of a call.
 */
public final class ListTablesCall extends Call<List<ListedTable>, ListTablesCall> {
  /** As many as one request gives at most. */
  private static final int PAGE_SIZE = 1000;

  ListTablesCall(Connection connection) {
    super(connection);
  }

  @Override
  public CompletableFuture<List<ListedTable>> sendAsync() {
    return from("", new ArrayList<>());
  }

  private CompletableFuture<List<ListedTable>> from(String pageToken, List<ListedTable> tables) {
    return page(pageToken)
        .thenCompose(
            page -> {
              page.getTablesList()
                  .forEach(
                      table ->
                          tables.add(
                              new ListedTable(
                                  table.getName(), table.getPhysicalName(), table.getIsDefault())));
              return page.getNextPageToken().isEmpty()
                  ? CompletableFuture.completedFuture(List.copyOf(tables))
                  : from(page.getNextPageToken(), tables);
            });
  }

  private CompletableFuture<ListTablesResponse> page(String pageToken) {
    ListTablesRequest request =
        ListTablesRequest.newBuilder().setPageSize(PAGE_SIZE).setPageToken(pageToken).build();
    return dispatch(TableServiceGrpc.getListTablesMethod(), UUID.randomUUID(), true)
        .sendAsync(request, page -> page);
  }
}
