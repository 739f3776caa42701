package dev.dynakv.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynakv.v1.ListKeysRequest;
import io.grpc.Status;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Pages as they are read from a server that gives one key a page. */
class PagesTest {
  private static String token(RecordingServer server) throws InterruptedException {
    return ((ListKeysRequest) server.next().request()).getPageToken();
  }

  @Test
  void allPagesAreReadAndTheEmptyOneIsPassedOver() {
    try (RecordingServer server = new RecordingServer();
        DynaKvClient client = server.client().build();
        Stream<String> keys = client.listKeys().stream()) {
      assertEquals(List.of("0", "2", "3"), keys.toList());
      assertEquals(4, server.seen.size());
    }
  }

  @Test
  void theNextPageIsReadAheadButOnlyThat() throws InterruptedException {
    try (RecordingServer server = new RecordingServer();
        DynaKvClient client = server.client().build();
        Pages<String> pages = client.listKeys().pages()) {
      assertTrue(server.seen.isEmpty(), "nothing is read before it is asked for");
      assertEquals(List.of("0"), pages.next().rows());
      assertEquals("", token(server));
      assertEquals("1", token(server));
      assertEquals(List.of(), pages.next().rows());
      assertEquals("2", token(server));
      // Whoever waits, the fourth is asked for by nobody until the third is taken.
      assertTrue(server.seen.isEmpty());
    }
  }

  @Test
  void afterAnErrorIsTheEndAndItsTokenGoesOn() {
    try (RecordingServer server = new RecordingServer();
        DynaKvClient client = server.client().build();
        Pages<String> pages = client.listKeys().pageToken("2").pages()) {
      server.failNext(Status.PERMISSION_DENIED);
      assertThrows(AccessDeniedException.class, pages::next);
      assertFalse(pages.hasNext());
      assertThrows(NoSuchElementException.class, pages::next);
      Page<String> again = client.listKeys().pageToken("2").send();
      assertEquals(List.of("2"), again.rows());
      assertEquals("3", again.nextPageToken().orElseThrow());
    }
  }

  @Test
  void closedItEnds() {
    try (RecordingServer server = new RecordingServer();
        DynaKvClient client = server.client().build()) {
      Pages<String> pages = client.listKeys().pages();
      pages.next();
      pages.close();
      assertFalse(pages.hasNext());
    }
  }
}
