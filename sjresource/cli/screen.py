"""Words on a terminal of any width, or in a pipe: rows under headers, and lines below a row.

On a terminal what is too long goes on in the next line, by whole words, and a URI is never cut. In
a pipe a row and all that belongs to it are one line, whatever its length, for `grep` and `awk`.
rich knows whether there is a terminal, how wide it is, which colours it has, and NO_COLOR.
"""

from __future__ import annotations

import textwrap
from typing import IO, TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from sjresource.cli.plain import plain
from sjresource.cli.rows import Cell, Row, status_cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Cell", "Row", "Screen", "status_cell"]

GAP = "  "


class Screen:
    """Where words go."""

    def __init__(self, file: IO[str], *, width: int | None = None) -> None:
        self.console = Console(
            file=file, width=width, markup=False, emoji=False, highlight=False, soft_wrap=True
        )

    @property
    def wraps(self) -> bool:
        """Tell whether there is a terminal, with an end to its lines."""
        return self.console.is_terminal

    def say(self, text: str, style: str = "", indent: int = 0, hanging: int = 0) -> None:
        """Print a sentence; lines after its first are indented by `hanging` more."""
        self._print(self._lines(Cell(text, style), indent, hanging))

    def table(self, headers: Sequence[str], rows: Sequence[Row]) -> None:
        """Print rows under headers."""
        self._print(self.table_lines(headers, rows))

    def table_lines(self, headers: Sequence[str], rows: Sequence[Row]) -> Iterator[Text]:
        """Give a table's lines."""
        shown = [Row([Cell(header, "bold") for header in headers]), *rows]
        widths = self._widths([row.cells for row in shown])
        for row in shown:
            line = _joined(row.cells, widths)
            if self.wraps:
                yield line
                for cell in row.below:
                    yield from self._lines(cell, len(GAP))
            else:
                yield _one_line(line, row.below)

    def _print(self, lines: Iterator[Text]) -> None:
        for line in lines:
            line.rstrip()
            self.console.print(line)

    def _lines(self, cell: Cell, indent: int, hanging: int = 0) -> Iterator[Text]:
        text, room = plain(cell.text), max(self.console.width - indent, 20)
        lines = (
            textwrap.wrap(
                text,
                room,
                subsequent_indent=" " * hanging,
                break_long_words=False,
                break_on_hyphens=False,
            )
            if self.wraps
            else [text]
        )
        for line in lines or [""]:
            yield Text(" " * indent + line, cell.style)

    def _widths(self, rows: Sequence[Sequence[Cell]]) -> list[int]:
        return [max(cell_len(plain(cell.text)) for cell in column) for column in zip(*rows)]  # noqa: B905 - rows are as long as their headers


def _joined(cells: Sequence[Cell], widths: Sequence[int]) -> Text:
    line = Text()
    for cell, width in zip(cells, widths, strict=True):
        text = plain(cell.text)
        line.append(text, cell.style)
        line.append(" " * (width - cell_len(text)) + GAP)
    return line


def _one_line(line: Text, below: Sequence[Cell]) -> Text:
    return Text("").join([line, *(Text(f"{plain(cell.text)}{GAP}", cell.style) for cell in below)])
