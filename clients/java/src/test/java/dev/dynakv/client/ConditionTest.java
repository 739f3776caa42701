package dev.dynakv.client;

import static dev.dynakv.client.Attr.attr;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {
  private static String render(Condition condition) {
    return condition.render(new Expressions());
  }

  @Test
  void namesAndValuesAreMadeAndNamesShared() {
    Expressions used = new Expressions();
    Condition condition =
        attr("age").ge(18).and(attr("address.city").eq("Paris")).and(attr("age").lt(65));
    assertEquals("#_0 >= :_0 AND #_1.#_2 = :_1 AND #_0 < :_2", condition.render(used));
    assertEquals(Map.of("#_0", "age", "#_1", "address", "#_2", "city"), used.names());
    assertEquals(WireValue.message(Value.of("Paris")), used.values().get(":_1"));
  }

  @Test
  void parenthesesStandWhereTheyAreNeeded() {
    Condition a = attr("a").exists();
    Condition b = attr("b").notExists();
    assertEquals(
        "attribute_exists(#_0) AND (attribute_not_exists(#_1) OR attribute_exists(#_0))",
        render(a.and(b.or(a))));
    assertEquals(
        "attribute_exists(#_0) OR attribute_not_exists(#_1) AND attribute_exists(#_0)",
        render(a.or(b.and(a))));
    assertEquals(
        "NOT (attribute_exists(#_0) AND attribute_not_exists(#_1))", render(a.and(b).not()));
    assertEquals("NOT attribute_exists(#_0) AND attribute_not_exists(#_1)", render(a.not().and(b)));
    assertEquals(
        "(x = :x OR y = :y) AND attribute_exists(#_0)",
        render(Condition.expression("x = :x OR y = :y").and(a)));
  }

  @Test
  void whatIsMadeKeepsClearOfTheCallers() {
    Expressions used = new Expressions();
    used.name("#_0", "mine");
    used.value(":_1", "mine");
    assertEquals(
        "#_0 = :_0 AND #_1 IN (:_2, :_3)",
        attr("mine").eq(0).and(attr("other").in(2, 3)).render(used));
    assertEquals(Map.of("#_0", "mine", "#_1", "other"), used.names());
    assertEquals(WireValue.message(Value.of("mine")), used.values().get(":_1"));
    assertEquals(4, used.values().size());
  }

  @Test
  void whatThePlaceholdersOfACallStandForIsSaidOnce() {
    try (DynaKvClient client = DynaKvClient.builder().build()) {
      PutItemCall put =
          client
              .putItem(Map.of("pk", "a"))
              .name("#n", "s3cret")
              .name("#n", "s3cret")
              .value(":v", Set.of("s3cret", "x", "y"))
              .value(":v", new TreeSet<>(List.of("y", "x", "s3cret")));
      TransactItem.Check check =
          TransactOperation.check(ItemKey.of("a"), Condition.expression("#n = :v"))
              .name("#n", "s3cret")
              .value(":v", "s3cret");
      isRefused("#n", () -> put.name("#n", "other"));
      isRefused(":v", () -> put.value(":v", "other"));
      isRefused(
          "#n", () -> client.getItem(ItemKey.of("a")).name("#n", "s3cret").name("#n", "other"));
      isRefused(":v", () -> client.scan().value(":v", "s3cret").value(":v", "other"));
      isRefused("#n", () -> check.name("#n", "other"));
      isRefused(":v", () -> check.value(":v", "other"));
    }
  }

  private static void isRefused(String placeholder, Executable definition) {
    String message = assertThrows(IllegalArgumentException.class, definition).getMessage();
    assertTrue(message.contains(placeholder) && !message.contains("s3cret"), message);
  }

  @Test
  void everyConditionIsRendered() {
    assertEquals("#_0 BETWEEN :_0 AND :_1", render(attr("a").between(1, 2)));
    assertEquals("#_0 IN (:_0, :_1)", render(attr("a").in(1, 2)));
    assertEquals("begins_with(#_0, :_0)", render(attr("a").beginsWith("x")));
    assertEquals("contains(#_0, :_0)", render(attr("a").contains("x")));
    assertEquals("attribute_type(#_0, :_0)", render(attr("a").isType("SS")));
    assertEquals("size(#_0) > :_0", render(attr("a").size().gt(3)));
    assertEquals("#_0 <> :_0", render(attr("a").ne(null)));
  }

  @Test
  void pathsAreThoseOfUpdates() {
    Expressions used = new Expressions();
    assertEquals("#_0.#_1[0][12].#_2", used.path(attr("\"a.b\".\"c\\\"[\"[0][12].d e")));
    assertEquals(List.of("a.b", "c\"[", "d e"), List.copyOf(used.names().values()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "a.", ".a", "a..b", "[0]", "a[", "a[x]", "a.[0]", "\"a", "a]b", "a\"b"})
  void whatIsNoPathIsRefused(String path) {
    assertThrows(IllegalArgumentException.class, () -> attr(path));
  }
}
