"""What the apps put on the public home: blocks of figures and lists, and places in the public navigation."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class HomeBlock:
    """A block of the public home: its template and the context within a fixed number of queries."""

    code: str
    template: str
    provider: Callable[[dt.datetime], dict[str, Any]]
    position: int = 50


BLOCKS: dict[str, HomeBlock] = {}


def register_block(block: HomeBlock) -> None:
    """Put a block on the public home."""
    if BLOCKS.setdefault(block.code, block) is not block:
        raise ValueError(f"block {block.code} is registered twice")


def blocks() -> list[HomeBlock]:
    """The blocks in order."""
    return sorted(BLOCKS.values(), key=lambda block: block.position)
