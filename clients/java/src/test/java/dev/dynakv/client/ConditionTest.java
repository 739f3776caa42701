package dev.dynakv.client;

import static dev.dynakv.client.Attr.attr;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
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
