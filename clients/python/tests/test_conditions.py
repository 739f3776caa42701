"""What conditions, updates and projections are written as."""

from __future__ import annotations

from typing import Any

import pytest

import dynakv
from dynakv import Attr, Condition, Key
from dynakv._expressions import Scope

A, B, C = Attr("a") == 1, Attr("b") == 2, Attr("c") == 3


@pytest.mark.parametrize(
    ("condition", "written"),
    [
        (A & B & C, "#n0 = :v0 AND #n1 = :v1 AND #n2 = :v2"),
        (A & (B | C), "#n0 = :v0 AND (#n1 = :v1 OR #n2 = :v2)"),
        (~(A | B), "NOT (#n0 = :v0 OR #n1 = :v1)"),
        (~A & B, "(NOT #n0 = :v0) AND #n1 = :v1"),
        (~~A, "NOT (NOT #n0 = :v0)"),
        (Attr("a") != Attr("b"), "#n0 <> #n1"),
        (Attr("a.a[0].b") < 1, "#n0.#n0[0].#n1 < :v0"),
        (Attr('"a.b"."say \\"hi\\""').exists(), "attribute_exists(#n0.#n1)"),
        (Attr("a").size() >= Attr("b").size(), "size(#n0) >= size(#n1)"),
        (Attr("a").is_in([1, 2]), "#n0 IN (:v0, :v1)"),
        (Attr("a").attribute_type("SS"), "attribute_type(#n0, :v0)"),
        (Key("a").eq("x") & Key("b").between(1, 2), "#n0 = :v0 AND #n1 BETWEEN :v1 AND :v2"),
        (Key("a.b") <= 1, "#n0 <= :v0"),
    ],
)
def test_conditions_are_written(condition: Condition, written: str) -> None:
    assert condition.render(Scope()) == written
    assert repr(condition) == f"Condition({written!r})"


def test_names_are_not_confused_with_the_callers() -> None:
    scope = Scope({"#n0": "mine", "#n2": "also mine"}, {":v1": 1})
    assert (Attr("a") == 2).render(scope) == "#n3 = :v2"
    assert scope.names == {"#n0": "mine", "#n2": "also mine", "#n3": "a"}


def test_quoted_names_are_one_name() -> None:
    scope = Scope()
    scope.path('"a.b"."say \\"hi\\"".c')
    assert list(scope.names.values()) == ["a.b", 'say "hi"', "c"]


@pytest.mark.parametrize("path", ["", ".a", "a.", "a..b", "[0]", "a[x]", 'a"b', '"open', "a[0"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        Scope().path(path)


def test_a_condition_is_no_truth_value() -> None:
    with pytest.raises(TypeError, match="join conditions"):
        bool(A)
    with pytest.raises(TypeError, match="chain"):
        1 < Attr("a") < 2  # noqa: B015 - what a user may try


def test_what_is_no_condition_is_refused(client: dynakv.Client) -> None:
    wrong: Any = True
    with pytest.raises(TypeError):
        client.put_item({"pk": "x"}, condition=wrong)
    with pytest.raises(TypeError):
        A & wrong
    with pytest.raises(TypeError):
        assert Key("a") != 1
    with pytest.raises(TypeError):
        client.update_item("x", wrong)


def test_updates_can_be_built_upon(client: dynakv.Client) -> None:
    base = dynakv.Update().set("a", "secret")
    longer = base.remove("b")
    assert (repr(base), repr(longer)) == ("Update(set a)", "Update(set a, remove b)")
    client.update_item("updates", base)
    client.update_item("updates", longer.add("n", 1))
