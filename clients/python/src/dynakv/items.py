"""What became of writes of items."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Optional, Union

from .entries import ConditionFailed
from .values import Item

if TYPE_CHECKING:
    from typing_extensions import Literal


class ReturnValues(Enum):
    """What an update answers with."""

    NONE = "NONE"
    """Nothing."""
    ALL_OLD = "ALL_OLD"
    """All attributes as they were before."""
    UPDATED_OLD = "UPDATED_OLD"
    """The changed attributes as they were before."""
    ALL_NEW = "ALL_NEW"
    """All attributes as they are now."""
    UPDATED_NEW = "UPDATED_NEW"
    """The changed attributes as they are now, the version among them."""


@dataclass(frozen=True)
class WrittenItem:
    """An item is written. True as a condition."""

    version: str
    """The version of the item as written."""
    expire_time: Optional[datetime] = None
    """When the item expires, if the call gave a TTL."""
    attributes: Optional[Item] = None
    """What the call asked for by ``return_old`` or ``return_values``, if there is something to show."""
    attributes_lost: bool = False
    """The write happened, but the attributes that were asked for are lost."""

    def __bool__(self) -> Literal[True]:
        return True


@dataclass(frozen=True)
class DeletedItem:
    """An item is gone. True as a condition."""

    existed: bool
    """Whether there was such an item. Says nothing with ``omit_existed``."""
    attributes: Optional[Item] = None
    """With ``return_old``: the item that was deleted, if there was one."""

    def __bool__(self) -> Literal[True]:
        return True


ItemWrite = Union[WrittenItem, ConditionFailed[Item]]
"""What became of a put or an update."""

ItemDeletion = Union[DeletedItem, ConditionFailed[Item]]
"""What became of a delete."""
