"""What a table on the screen is made of: styled cells, rows, and lines of details under a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

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

    Without `wrap` it runs over the terminal's edge, so that a URI can be copied. Where a column has
    no room for it, it is cut at its `cut`.
    """

    text: str
    style: str = ""
    wrap: bool = True
    cut: Literal["start", "middle", "end"] = "end"


class Column(NamedTuple):
    """A column of a table with a line a row, and what becomes of it where there is no room.

    Attributes:
        header: Its header.
        least: The width down to which it is cut; 0: it never is.
        leaves: 0 if it stays; else, where cutting is not enough, that of the highest number leaves
            the table first, and of equal ones the last.
        wants: The width down to which it is cut before any column is cut further.
    """

    header: str
    least: int = 0
    leaves: int = 0
    wants: int = 0


@dataclass(frozen=True)
class Row:
    """Cells under the headers, and lines of `details` under them."""

    cells: Sequence[Cell]
    details: Sequence[Cell] = ()


def status_cell(status: str) -> Cell:
    """Return a status in its colour."""
    return Cell(status, STYLES.get(status, ""))


def fitted_widths(
    columns: Sequence[Column], natural: Sequence[int], width: int, gap: int
) -> list[int]:
    """Return the width of each column with which a line has room in `width`; 0: it has left.

    The last column is cut first. Where even the least widths have no room, lines are cut.
    """
    present = list(range(len(columns)))
    while True:
        widths = [natural[at] if at in present else 0 for at in range(len(columns))]
        over = sum(widths) + gap * (len(present) - 1) - width
        for is_first in (True, False):
            for at in reversed(present):
                if over > 0 and columns[at].least:
                    least = max(columns[at].wants * is_first, columns[at].least)
                    taken = min(over, max(0, widths[at] - least))
                    widths[at] -= taken
                    over -= taken
        leaving = [at for at in present if columns[at].leaves]
        if over <= 0 or not leaving:
            return widths
        present.remove(max(leaving, key=lambda at: (columns[at].leaves, at)))
