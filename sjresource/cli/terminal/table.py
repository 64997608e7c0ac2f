"""What a table on the screen is made of: styled cells, rows, and lines of details under a row."""

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
"""The style of each status. The word says the same, for whoever sees no colours."""


class Cell(NamedTuple):
    """A text and its style; the screen sanitizes the text.

    Without `wrap` it runs over the terminal's edge, so that a URI can be copied.
    """

    text: str
    style: str = ""
    wrap: bool = True


@dataclass(frozen=True)
class Row:
    """Cells under the headers, and lines of `details` under them."""

    cells: Sequence[Cell]
    details: Sequence[Cell] = ()


def status_cell(status: str) -> Cell:
    """Return a status in its colour."""
    return Cell(status, STYLES.get(status, ""))
