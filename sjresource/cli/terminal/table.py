"""What a table on the screen is made of: cells with a look, rows, lines below a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

STYLES = {
    "SUCCEEDED": "green",
    "FAILED": "bold red",
    "RUNNING": "cyan",
    "RUNNABLE": "yellow",
}
"""How statuses look; each is told by its word as well."""


class Cell(NamedTuple):
    """A text, as it came, and how it looks; the screen makes it harmless.

    One that is `whole` goes on beyond the edge, so that a URI can be copied.
    """

    text: str
    style: str = ""
    whole: bool = False


@dataclass(frozen=True)
class Row:
    """Cells under the headers; `below` are lines that belong to it."""

    cells: Sequence[Cell]
    below: Sequence[Cell] = ()


def status_cell(status: str) -> Cell:
    """Give a status in its colour."""
    return Cell(status, STYLES.get(status, ""))
