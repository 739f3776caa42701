"""Whether a document is as a vector expects it."""

from __future__ import annotations

import base64
import itertools
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Optional

from .results import data, time

_SETS = ("SS", "NS", "BS")


def mismatch(expected: Any, actual: Any, path: str = "it") -> Optional[str]:
    """What is not as expected, or `None`. References are resolved already."""
    if isinstance(expected, list):
        return _list_mismatch(expected, actual, path)
    if not isinstance(expected, dict):
        return (
            None if type(expected) is type(actual) and expected == actual else f"{path} is {actual!r}, not {expected!r}"
        )
    if set(expected) == {"base64"}:
        wanted = data(base64.b64decode(expected["base64"]))
        return None if wanted == actual else f"{path} is {actual!r}, not {wanted!r}"
    operator = next((name for name in expected if name.startswith("$")), None)
    if operator is not None:
        return _operator_mismatch(operator, expected[operator], actual, path, expected.get("count"))
    if not isinstance(actual, dict):
        return f"{path} is {actual!r}, not {expected!r}"
    wrong = (_named_mismatch(name, part, actual, f"{path}.{name}") for name, part in expected.items())
    return next(filter(None, wrong), None)


def _named_mismatch(name: str, expected: Any, actual: dict[str, Any], path: str) -> Optional[str]:
    if isinstance(expected, dict) and "$absent" in expected:
        return f"{path} is there: {actual[name]!r}" if name in actual else None
    if name not in actual:
        return f"{path} is not there, only {sorted(actual)}"
    return _part_mismatch(name, expected, actual[name], path)


def _part_mismatch(name: str, expected: Any, actual: Any, path: str) -> Optional[str]:
    if name == "N" and isinstance(expected, str):
        return None if Decimal(expected) == Decimal(actual) else f"{path} is {actual}, not {expected}"
    if name in _SETS and isinstance(expected, list):
        members = Decimal if name == "NS" else str
        same = len(expected) == len(actual) and set(map(members, expected)) == set(map(members, actual))
        return None if same else f"{path} is {actual}, not {expected}"
    return mismatch(expected, actual, path)


def _list_mismatch(expected: list[Any], actual: Any, path: str) -> Optional[str]:
    if not isinstance(actual, list) or len(actual) != len(expected):
        return f"{path} is {actual!r}, not {expected!r}"
    wrong = (mismatch(one, other, f"{path}.{index}") for index, (one, other) in enumerate(zip(expected, actual)))
    return next(filter(None, wrong), None)


def _operator_mismatch(operator: str, operand: Any, actual: Any, path: str, count: Optional[int]) -> Optional[str]:
    if operator == "$any":
        holds = True
    elif operator == "$exactly":
        holds = isinstance(actual, dict) and set(actual) == set(operand) and not mismatch(operand, actual)
    elif operator == "$unordered":
        holds = isinstance(actual, list) and len(actual) == len(operand) and _each_has_one(operand, actual)
    elif operator == "$contains":
        holds = isinstance(actual, list) and _each_has_one(operand, actual)
    elif operator == "$each":
        holds = isinstance(actual, list) and len(actual) == count and not any(mismatch(operand, one) for one in actual)
    elif operator == "$not":
        holds = mismatch(operand, actual) is not None
    elif operator == "$between":
        holds = operand[0] <= actual <= operand[1]
    elif operator == "$from_now":
        now = time(datetime.now(timezone.utc))
        holds = now + operand[0] <= actual <= now + operand[1]
    else:
        raise ValueError(f"{operator} is no operator")
    return None if holds else f"{path} is {actual!r}, not {operator} {operand!r}"


def _each_has_one(expected: list[Any], actual: list[Any]) -> bool:
    """Whether each of those expected has one of its own."""
    candidates = [[index for index, other in enumerate(actual) if not mismatch(one, other)] for one in expected]
    if all(len(indexes) == 1 for indexes in candidates):
        return len({indexes[0] for indexes in candidates}) == len(candidates)
    return any(len(set(choice)) == len(choice) for choice in itertools.product(*candidates))


def part(document: Any, path: str) -> Any:
    """What a path leads to."""
    for step in path.split("."):
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document
