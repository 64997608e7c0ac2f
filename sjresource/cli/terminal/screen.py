"""Words on a terminal of any width, or in a pipe: rows under headers, and lines below a row.

On a terminal what is too long goes on in the next line, by whole words, and a URI is never cut. In
a pipe a row and all that belongs to it are one line, whatever its length, for `grep` and `awk`.
rich knows whether there is a terminal, how wide it is, which colours it has, and NO_COLOR.
"""

from __future__ import annotations

import textwrap
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console, Group
from rich.text import Text

from sjresource.cli.terminal.table import Cell, Row, status_cell
from sjresource.sanitize import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["Cell", "Row", "Screen", "status_cell"]

GAP = "  "
_SHORTEST_NAME = 8


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

    @property
    def is_live(self) -> bool:
        """Tell whether lines can be changed that are there already."""
        return self.console.is_terminal and not self.console.is_dumb_terminal

    @property
    def height(self) -> int:
        """How many lines the terminal has."""
        return self.console.height

    @contextmanager
    def live(self) -> Iterator[Callable[[Sequence[Text]], None]]:
        """Give what shows lines in the place of those before; at the end they are gone.

        Each is cut at the terminal's edge: one that goes on would be counted wrong.
        """
        from rich.live import Live  # noqa: PLC0415 - only here

        console = Console(file=self.console.file, markup=False, emoji=False, highlight=False)

        def show(lines: Sequence[Text]) -> None:
            for line in lines:
                line.no_wrap, line.overflow = True, "ellipsis"
            shown.update(Group(*lines), refresh=True)

        with Live(console=console, auto_refresh=False, transient=True) as shown:
            yield show

    def say(
        self, text: str, style: str = "", indent: int = 0, hanging: int = 0, *, whole: bool = False
    ) -> None:
        """Print a sentence; one that is `whole` is not broken into lines.

        Lines after its first are indented by `hanging` more.
        """
        self._print(self._lines(Cell(text, style, whole), indent, hanging))

    def table(self, headers: Sequence[str], rows: Sequence[Row]) -> None:
        """Print rows under headers."""
        self._print(self.table_lines(headers, rows))

    def table_row(self, cells: Sequence[Cell]) -> None:
        """Print one row of a table that has no end yet."""
        self._print(iter([_one_line(Text(), cells)]))

    def lines(self, cell: Cell) -> Iterator[Text]:
        """Give a sentence's lines."""
        return self._lines(cell, 0)

    def table_lines(self, headers: Sequence[str], rows: Sequence[Row]) -> Iterator[Text]:
        """Give a table's lines."""
        shown = [Row([Cell(header, "bold") for header in headers]), *rows]
        widths = _widths([row.cells for row in shown])
        if not self.wraps:
            yield from (_one_line(_joined(row.cells, widths), row.below) for row in shown)
            return
        rest = sum(widths[1:]) + len(GAP) * len(widths)
        widths[0] = min(widths[0], max(self.console.width - rest, _SHORTEST_NAME))
        for row in shown:
            yield from _folded(row.cells, widths)
            for cell in row.below:
                yield from self._lines(cell, len(GAP))

    def height_of(self, row: Row) -> int:
        """Count the lines that a row takes; its name is taken to find room in its column."""
        return 1 + sum(len(list(self._lines(cell, len(GAP)))) for cell in row.below)

    def _print(self, lines: Iterator[Text]) -> None:
        for line in lines:
            line.rstrip()
            self.console.print(line)
        self.console.file.flush()

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
            if self.wraps and not cell.whole
            else [text]
        )
        for line in lines or [""]:
            yield Text(" " * indent + line, cell.style)


def _widths(rows: Sequence[Sequence[Cell]]) -> list[int]:
    columns = zip(*rows, strict=True)
    return [max(cell_len(plain(cell.text)) for cell in column) for column in columns]


def _folded(cells: Sequence[Cell], widths: Sequence[int]) -> Iterator[Text]:
    """Give a row, in two lines if the name is longer than its column."""
    name = cells[0]
    if cell_len(plain(name.text)) > widths[0]:
        yield Text(plain(name.text), name.style)
        cells = [Cell(""), *cells[1:]]
    yield _joined(cells, widths)


def _joined(cells: Sequence[Cell], widths: Sequence[int]) -> Text:
    line = Text()
    for cell, width in zip(cells, widths, strict=True):
        text = plain(cell.text)
        line.append(text, cell.style)
        line.append(" " * (width - cell_len(text)) + GAP)
    return line


def _one_line(line: Text, below: Sequence[Cell]) -> Text:
    return Text("").join([line, *(Text(f"{plain(cell.text)}{GAP}", cell.style) for cell in below)])
