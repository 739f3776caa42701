package dev.dynakv.client;

import dev.dynakv.v1.ListTablesRequest;
import dev.dynakv.v1.ListTablesResponse;
import dev.dynakv.v1.TableServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

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
    AtomicReference<CompletableFuture<?>> current = new AtomicReference<>();
    CompletableFuture<List<ListedTable>> result =
        new CancellingFuture<>(() -> current.get().cancel(true));
    sendPage("", new ArrayList<>(), current, result);
    return result;
  }

  private void sendPage(
      String pageToken,
      List<ListedTable> tables,
      AtomicReference<CompletableFuture<?>> current,
      CompletableFuture<List<ListedTable>> result) {
    CompletableFuture<ListTablesResponse> answer = page(pageToken);
    current.set(answer);
    if (result.isCancelled()) {
      answer.cancel(true);
    }
    var unused =
        answer.whenComplete(
            (page, error) -> {
              if (error != null) {
                result.completeExceptionally(error);
                return;
              }
              page.getTablesList()
                  .forEach(
                      table ->
                          tables.add(
                              new ListedTable(
                                  table.getName(), table.getPhysicalName(), table.getIsDefault())));
              if (page.getNextPageToken().isEmpty()) {
                result.complete(List.copyOf(tables));
              } else if (!result.isDone()) {
                sendPage(page.getNextPageToken(), tables, current, result);
              }
            });
  }

  private CompletableFuture<ListTablesResponse> page(String pageToken) {
    ListTablesRequest request =
        ListTablesRequest.newBuilder().setPageSize(PAGE_SIZE).setPageToken(pageToken).build();
    return dispatch(TableServiceGrpc.getListTablesMethod(), UUID.randomUUID(), true)
        .sendAsync(request, page -> page);
  }
}
